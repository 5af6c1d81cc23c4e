/* SPDX-License-Identifier: MIT */
/*
 * upcall.c - the C side of upcalls: calling the handler, and what came in while it ran.
 *
 * Asynchronous upcalls that arrive while masked are bits in upcall->pending. They are delivered to
 * the handler with the context that is about to go on, so that a scheduler can switch threads for
 * them as for any other.
 */
#include "lib/exo/upcall.h"
#include "exo_stubs.h"

void exo_upcall_enter(struct exo_context *context);
void exo_upcall_self(struct exo_context *context, exo_handler *handler);
void exo_unmask_trap(void);
extern const char exo_unmask_site[], exo_resume_start[], exo_resume_jump[];

_Static_assert(__builtin_offsetof(struct exo_self, resume_rsp) == 56,
               "upcall_entry.S knows the offsets");

static const struct {
    uint32_t bit;
    uint32_t vector;
} pending_vectors[] = {
    {EXO_PENDING_SLICE_BEGIN, EXO_VECTOR_SLICE_BEGIN},
    {EXO_PENDING_ALARM, EXO_VECTOR_ALARM},
    {EXO_PENDING_EVENT, EXO_VECTOR_EVENT},
    {EXO_PENDING_REVOKE, EXO_VECTOR_REVOKE},
    {EXO_PENDING_SLICE_END, EXO_VECTOR_SLICE_END}, /* last: it may give the CPU away */
};

/* Unmasks if the context says so, after everything that is pending went to the handler. */
static void leave(struct exo_context *context)
{
    struct exo_self *self = exo_self();

    while (!context->masked) {
        self->upcall->masked = 0;
        /* From here on upcalls nest on this stack; what came before is in pending. */
        if (!self->upcall->pending)
            return;
        self->upcall->masked = 1;
        uint32_t pending = __atomic_exchange_n(&self->upcall->pending, 0, __ATOMIC_SEQ_CST);

        for (uint32_t i = 0; i < sizeof pending_vectors / sizeof pending_vectors[0]; i++) {
            if (!(pending & pending_vectors[i].bit))
                continue;
            context->vector = pending_vectors[i].vector;
            self->handler(context);
        }
    }
}

/*
 * Was the way back of an earlier upcall interrupted? Its words in exo_self are about to be reused:
 * at the jump all other registers are in place, so go to its target; before it, begin again. Its
 * frame lies 8 off a 16-byte boundary, and rsp is at the frame or one push below.
 */
static void restart_resume(struct exo_context *context)
{
    if (context->rip == (uint64_t)exo_resume_jump) {
        context->rip = exo_self()->resume_rip;
    } else if (context->rip > (uint64_t)exo_resume_start &&
               context->rip < (uint64_t)exo_resume_jump) {
        context->rip = (uint64_t)exo_resume_start;
        context->rsp |= 8;
    }
}

void exo_upcall_enter(struct exo_context *context)
{
    restart_resume(context);
    if (context->vector == 6 && context->rip == (uint64_t)exo_unmask_site)
        context->rip += 2; /* exo_unmask: only leave() is wanted */
    else
        exo_self()->handler(context);
    leave(context);
}

void exo_upcall_self(struct exo_context *context, exo_handler *handler)
{
    handler(context);
    leave(context);
}

void exo_unmask(void)
{
    struct exo_upcall *upcall = exo_self()->upcall;

    upcall->masked = 0;
    if (upcall->pending)
        exo_unmask_trap();
}

void exo_self_init(struct exo_self *self, struct exo_upcall *upcall, void *stack, uint64_t bytes,
                   exo_handler *handler)
{
    *self = (struct exo_self){
        .self = self,
        .upcall = upcall,
        .stack_low = (uint64_t)stack,
        .stack_high = ((uint64_t)stack + bytes) & ~15ull,
        .handler = handler,
    };
}

void exo_upcall_start(struct exo_self *self)
{
    __asm__ volatile("wrgsbase %0" : : "r"(self));
    exo_unmask();
}
