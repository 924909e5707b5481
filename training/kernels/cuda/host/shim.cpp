//go:build cudahost && amd64

#include <algorithm>

#include "shim.h"

#include "../kernels/common.cuh"

extern "C" void host_switch(void** save, void* load);

// host_switch keeps what a call must keep on the old stack and takes it from the
// new one.
asm(R"(
.text
.globl host_switch
.type host_switch,@function
host_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size host_switch,.-host_switch
)");

namespace host {

Fiber* now;
uint3 block, grid, lane;

namespace {
constexpr size_t kStack = 64 << 10, kShared = 48 << 10;
void* scheduler;
uint64_t progress;
Barrier of_block;
unsigned char* shared_memory;
Kernel kernel;
const Args* arguments;

void yield() { host_switch(&now->stack_at, scheduler); }

void body() {
  kernel(*arguments);
  now->done = true;
  progress++;
  of_block.leave();
  now->warp->barrier.leave();
  yield();
}

// Stacks and shared memory are made once; the threads of one block use them.
struct Room {
  std::vector<unsigned char*> stacks;
  std::vector<Fiber> fibers{kThreads};
  std::vector<Warp> warps{kThreads / 32};
  std::vector<int> order;
  Room() {
    for (int i = 0; i < kThreads; i++) {
      stacks.push_back((unsigned char*)aligned_alloc(64, kStack));
      order.push_back(i);
    }
    shared_memory = (unsigned char*)aligned_alloc(64, kShared);
  }
};

Room& room() {
  static Room r;
  return r;
}

void begin_block(Room& r) {
  std::fill_n((uint32_t*)shared_memory, kShared / 4, 0x7fc0dead); // a NaN
  of_block = Barrier{kThreads, 0, 0};
  for (Warp& w : r.warps) w.barrier = Barrier{32, 0, 0};
  for (int i = 0; i < kThreads; i++) {
    uint64_t* top = (uint64_t*)(r.stacks[i] + kStack);
    *--top = 0; // body never returns
    *--top = (uint64_t)(void*)body;
    top -= 6; // what host_switch takes
    r.fibers[i] = Fiber{top, (unsigned)i, 0, false, &r.warps[i / 32]};
  }
}

// turns lets threads take turns until all are done; false: they wait at barriers
// that will not open.
bool turns(Room& r) {
  for (size_t live = kThreads; live > 0;) {
    uint64_t before = progress;
    live = 0;
    for (int i : r.order) {
      if (r.fibers[i].done) continue;
      now = &r.fibers[i];
      lane = {now->thread, 0, 0};
      host_switch(&scheduler, now->stack_at);
      live += !r.fibers[i].done;
    }
    if (live > 0 && progress == before) return false;
  }
  return true;
}
} // namespace

void Barrier::open_if_full() {
  if (need == 0 || arrived < need) return;
  arrived = 0;
  round++;
  progress++;
}

void Barrier::leave() {
  need--;
  open_if_full();
}

void wait(Barrier& b) {
  unsigned round = b.round;
  b.arrived++;
  b.open_if_full();
  while (b.round == round) yield();
}

Barrier& block_barrier() { return of_block; }

void* shared(size_t bytes) {
  size_t at = now->shared_at;
  now->shared_at = (at + bytes + 63) / 64 * 64;
  return now->shared_at <= kShared ? shared_memory + at : nullptr; // as a launch that asks for too much: it stops here
}

std::unordered_map<std::string, Kernel>& kernels() {
  static std::unordered_map<std::string, Kernel> all;
  return all;
}

// set_order: 0 forwards, 1 backwards, 2 shuffled.
void set_order(int order) {
  Room& r = room();
  for (int i = 0; i < kThreads; i++) r.order[i] = order == 1 ? kThreads - 1 - i : i;
  uint32_t seed = 12345;
  for (int i = kThreads; order == 2 && i > 1; i--) {
    seed = seed * 1664525 + 1013904223;
    std::swap(r.order[i - 1], r.order[(seed >> 8) % i]);
  }
}

} // namespace host

extern "C" int host_has(const char* name) { return host::kernels().count(name); }

extern "C" void host_order(int order) { host::set_order(order); }

// host_launch runs a kernel: 0, 1 for an unknown one, 2 when threads wait for
// each other in vain.
extern "C" int host_launch(const char* name, unsigned gx, unsigned gy, unsigned gz, const void* args) {
  auto found = host::kernels().find(name);
  if (found == host::kernels().end()) return 1;
  host::kernel = found->second;
  host::arguments = (const Args*)args;
  host::grid = {gx, gy, gz};
  host::Room& r = host::room();
  for (unsigned z = 0; z < gz; z++)
    for (unsigned y = 0; y < gy; y++)
      for (unsigned x = 0; x < gx; x++) {
        host::block = {x, y, z};
        host::begin_block(r);
        if (!host::turns(r)) return 2;
      }
  return 0;
}
