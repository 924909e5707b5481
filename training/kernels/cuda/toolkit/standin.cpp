// A libcuda.so.1 for tests of package driver on machines without a device: host
// memory, the kernels as C++ (host/shim.h), stream capture and graphs, bounds of
// copies, and the driver's rule that a call needs a context on its own thread.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

extern "C" int host_launch(const char* name, unsigned gx, unsigned gy, unsigned gz, const void* args);
extern "C" int host_has(const char* name);

namespace {
constexpr int kInvalid = 1, kNoMemory = 2, kNoContext = 201, kNotFound = 500, kFailed = 719, kCaptureBroken = 900;
constexpr size_t kArgs = 280; // sizeof(Args)
struct Function { std::string name; };
struct Work { // a launch, or a copy
  Function* f = nullptr;
  unsigned grid[3];
  unsigned char args[kArgs];
  void* to = nullptr;
  const void* from = nullptr;
  size_t n = 0;
};
struct Graph { std::vector<Work> all; };
struct Stream { Graph* capture = nullptr; };
std::mutex lock;
std::map<uint64_t, size_t> memory;
std::map<std::string, Function*> functions;
thread_local void* context;
int one;

bool inside(uint64_t p, size_t n) {
  auto next = memory.upper_bound(p);
  return next != memory.begin() && p + n <= std::prev(next)->first + std::prev(next)->second;
}

int run(const Work& w) {
  if (w.f) return host_launch(w.f->name.c_str(), w.grid[0], w.grid[1], w.grid[2], w.args) ? kFailed : 0;
  memcpy(w.to, w.from, w.n);
  return 0;
}

int submit(Stream* s, const Work& w) {
  if (!s || !s->capture) return run(w);
  s->capture->all.push_back(w);
  return 0;
}
} // namespace

#define CALL extern "C" int
#define IN_CONTEXT                                                                                  \
  std::lock_guard<std::mutex> hold(lock);                                                           \
  if (!context) return kNoContext

CALL cuInit(unsigned) { return 0; }
CALL cuDriverGetVersion(int* v) { return *v = 12040, 0; }
CALL cuDeviceGetCount(int* n) { return *n = 1, 0; }
CALL cuDeviceGet(int* d, int) { return *d = 0, 0; }
CALL cuDeviceGetName(char* name, int n, int) { return strncpy(name, "stand-in", n), 0; }
CALL cuDeviceGetAttribute(int* v, int which, int) { return *v = which == 75 ? 9 : 0, 0; } // compute capability 9.0
CALL cuDevicePrimaryCtxRetain(void** c, int) { return *c = &one, 0; }
CALL cuDevicePrimaryCtxRelease(int) { return 0; }
CALL cuDevicePrimaryCtxRelease_v2(int) { return 0; }
CALL cuCtxSetCurrent(void* c) { return context = c, 0; }
CALL cuGetErrorName(int, const char** s) { return *s = "STAND_IN", 0; }
CALL cuMemGetInfo_v2(size_t* free, size_t* all) { IN_CONTEXT; return *free = *all = 1ull << 34, 0; }
CALL cuMemAlloc_v2(uint64_t* p, size_t n) {
  IN_CONTEXT;
  if (n == 0) return kInvalid;
  if (n > 1ull << 30) return kNoMemory;
  void* m = aligned_alloc(256, (n + 255) / 256 * 256);
  memset(m, 0xff, n);
  memory[*p = (uint64_t)m] = n;
  return 0;
}
CALL cuMemFree_v2(uint64_t p) {
  IN_CONTEXT;
  if (!memory.erase(p)) return kInvalid;
  return free((void*)p), 0;
}
CALL cuMemHostAlloc(void** p, size_t n, unsigned) { IN_CONTEXT; return *p = malloc(n), 0; }
CALL cuMemFreeHost(void* p) { return free(p), 0; }
CALL cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t n, Stream* s) {
  IN_CONTEXT;
  Work w; w.to = (void*)to; w.from = from; w.n = n;
  return inside(to, n) ? submit(s, w) : kInvalid;
}
CALL cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t n, Stream* s) {
  IN_CONTEXT;
  Work w; w.to = to; w.from = (void*)from; w.n = n;
  return inside(from, n) ? submit(s, w) : kInvalid;
}
CALL cuModuleLoadData(void** m, const void* image) {
  IN_CONTEXT;
  return *m = &one, memcmp(image, "\177ELF", 4) ? 200 : 0;
}
CALL cuModuleUnload(void*) { return 0; }
CALL cuModuleGetFunction(Function** f, void*, const char* name) {
  IN_CONTEXT;
  if (!host_has(name)) return kNotFound;
  Function*& known = functions[name];
  if (!known) known = new Function{name};
  return *f = known, 0;
}
CALL cuFuncGetAttribute(int* v, int, void*) { return *v = 0, 0; }
CALL cuLaunchKernel(Function* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned, Stream* s, void** params, void**) {
  IN_CONTEXT;
  if (!gx || !gy || !gz || gy > 65535 || gz > 65535 || bx != 256 || by != 1 || bz != 1) return kInvalid;
  Work w; w.f = f; w.grid[0] = gx; w.grid[1] = gy; w.grid[2] = gz;
  memcpy(w.args, params[0], kArgs);
  return submit(s, w);
}
CALL cuStreamCreate(Stream** s, unsigned) { IN_CONTEXT; return *s = new Stream, 0; }
CALL cuStreamDestroy_v2(Stream* s) { return delete s, 0; }
CALL cuStreamSynchronize(Stream* s) { IN_CONTEXT; return s->capture ? kCaptureBroken : 0; }
CALL cuStreamBeginCapture_v2(Stream* s, int) { IN_CONTEXT; return s->capture = new Graph, 0; }
CALL cuStreamEndCapture(Stream* s, Graph** g) {
  IN_CONTEXT;
  if (!s->capture) return kInvalid;
  *g = s->capture;
  s->capture = nullptr;
  return 0;
}
CALL cuGraphInstantiateWithFlags(Graph** e, Graph* g, unsigned long long) { IN_CONTEXT; return *e = new Graph(*g), 0; }
CALL cuGraphLaunch(Graph* g, Stream*) {
  IN_CONTEXT;
  for (const Work& w : g->all)
    if (int failed = run(w)) return failed;
  return 0;
}
CALL cuGraphDestroy(Graph* g) { return delete g, 0; }
CALL cuGraphExecDestroy(Graph* g) { return delete g, 0; }
