/* SPDX-License-Identifier: MIT */
/* domain.c - pool, space and further envs of a small LibOS; see domain.h. */
#include "lib/exo/domain.h"
#include <stddef.h>
#include "base/string.h"
#include "exo_stubs.h"
#include "lib/exo/libos.h"

void exo_domain_init(struct exo_domain *domain)
{
    const struct instance_start *start = exo_instance();

    (void)exo_frames_init(&domain->frames, start->run, start->run_count, domain->bitmap,
                          sizeof domain->bitmap / sizeof domain->bitmap[0]);
    domain->space = (struct exo_space){.slot = EXO_SLOT,
                                       .root = start->root_frame,
                                       .table_frame = exo_frames_table,
                                       .context = &domain->frames};
    domain->env_count = 1;
}

int64_t exo_domain_map(struct exo_domain *domain, uint64_t address, uint64_t pages, uint64_t bits)
{
    for (uint64_t i = 0; i < pages; i++) {
        uint64_t at = address + i * EXO_PAGE_SIZE;
        uint64_t frame = exo_frames_take(&domain->frames, 1, 1);
        int64_t result = -EXO_E_BUSY;

        if (frame)
            result = exo_map(&domain->space, at, frame, 1, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE);
        if (result < 0) {
            if (frame)
                (void)exo_frames_give(&domain->frames, frame, 1);
            return result;
        }
        memset((void *)at, 0, EXO_PAGE_SIZE);
    }
    return exo_protect(&domain->space, address, pages, bits);
}

static void env_entry(struct exo_env *env)
{
    exo_unmask();
    env->body(env);
    for (;;)
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

int64_t exo_env_start(struct exo_domain *domain, struct exo_env *env, exo_handler *handler,
                      uint64_t transfer_entry)
{
    uint64_t upcall_address = INSTANCE_UPCALL_ADDRESS + (uint64_t)domain->env_count * EXO_PAGE_SIZE;

    if (domain->env_count == EXO_DOMAIN_ENVS)
        return -EXO_E_BUSY;
    env->frame = exo_frames_take(&domain->frames, 1, 1);
    if (!env->frame)
        return -EXO_E_BUSY;
    int64_t result = exo_domain_map(domain, upcall_address, 1, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE);

    if (result < 0)
        return result;
    env->upcall = (struct exo_upcall *)upcall_address;
    env->upcall_frame = (exo_mapping(upcall_address, NULL) & EXO_PTE_FRAME) >> EXO_PAGE_SHIFT;
    exo_self_init(&env->self, env->upcall, env->handler_stack, sizeof env->handler_stack,
                  handler ? handler : exo_handler_default);
    env->self.owner = env;
    struct exo_env_config config = {
        .root = domain->space.root,
        .upcall_frame = env->upcall_frame,
        .rip = (uint64_t)env_entry,
        .rsp = (uint64_t)env->stack + sizeof env->stack - 8, /* as after a call */
        .argument = (uint64_t)env,
        .gs_base = (uint64_t)&env->self,
        .trap_entry = (uint64_t)instance_trap_entry,
        .transfer_entry = transfer_entry,
        .transfer_rsp = transfer_entry ? (uint64_t)env->stack + sizeof env->stack : 0,
        .guardian = exo_instance()->init_env,
        .flags = handler ? 0 : EXO_ENV_NO_EPILOGUE, /* the default handler would only yield */
    };
    result = exo_env_create(EXO_SLOT, env->frame, &config);
    if (result < 0)
        return result;
    env->id = (uint64_t)result;
    domain->env_count++;
    return 0;
}

int64_t exo_env_end(struct exo_domain *domain, struct exo_env *env)
{
    int64_t result = exo_env_destroy(EXO_SLOT, env->id);

    if (result < 0)
        return result;
    (void)exo_unmap(&domain->space, (uint64_t)env->upcall, 1);
    (void)exo_frames_give(&domain->frames, env->upcall_frame, 1);
    (void)exo_frames_give(&domain->frames, env->frame, 1);
    env->id = 0;
    return 0;
}
