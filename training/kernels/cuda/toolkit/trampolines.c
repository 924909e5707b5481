// A libcuda.a that is linked in place of NVIDIA's driver: each function of
// driver.list jumps to the driver's, which cuInit looks for when the program
// starts. Without a driver, or where the driver does not start, cuInit succeeds
// all the same (gorgonia.org/cu would end the process) and every other function
// returns CUDA_ERROR_NO_DEVICE; sweep_cuda_status tells.
#include <dlfcn.h>

static __attribute__((used)) int no_device(void) { return 100; }

#define FUNCTION(name)                                                                              \
  void *sweep_cuda_##name = (void *)no_device;                                                      \
  __asm__(".text\n.globl " #name "\n.type " #name ",@function\n" #name ": jmp *sweep_cuda_" #name "(%rip)\n");
#include "driver.list"
#undef FUNCTION

static struct {
  const char *name;
  void **to;
} functions[] = {
#define FUNCTION(name) {#name, &sweep_cuda_##name},
#include "driver.list"
#undef FUNCTION
};

static int status = -1;

// sweep_cuda_status is −1 without a driver, 0 where it started, else its error.
int sweep_cuda_status(void) { return status; }

int cuInit(unsigned flags) {
  void *driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL);
  if (!driver) return 0;
  int (*init)(unsigned) = (int (*)(unsigned))dlsym(driver, "cuInit");
  if (!init) return 0;
  status = init(flags);
  if (status) return 0;
  for (unsigned i = 0; i < sizeof functions / sizeof *functions; i++) {
    void *f = dlsym(driver, functions[i].name);
    if (f) *functions[i].to = f;
  }
  return 0;
}
