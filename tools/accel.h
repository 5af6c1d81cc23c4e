/* SPDX-License-Identifier: MIT */
/*
 * accel.h - whether this machine can run Lorica with hardware virtualisation.
 */
#pragma once

/*
 * accel_kvm_works - does a small kernel really boot under KVM here, within two seconds?
 *
 * explain  say the answer and its reason in one line on standard error
 *
 * The answer is kept in the cache until this machine boots again.
 */
int accel_kvm_works(int explain);
