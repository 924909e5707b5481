// nvrtc LIBNVRTC SOURCE ARCHITECTURE OUT compiles a .cu file with NVIDIA's runtime
// compiler, which needs no device: to a cubin for sm_NN, to PTX for compute_NN.
// Headers are found beside the source.
#include <dlfcn.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct nvrtc_program *program;
static void *lib;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "nvrtc: %s: %s\n", what, why ? why : "unknown");
  exit(1);
}

static void *call(const char *name) {
  void *f = dlsym(lib, name);
  if (!f) fail(name, dlerror());
  return f;
}

static char *read_all(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) fail(path, "cannot be read");
  fseek(f, 0, SEEK_END);
  long n = ftell(f);
  rewind(f);
  char *text = calloc(1, n + 1);
  if (fread(text, 1, n, f) != (size_t)n) fail(path, "cannot be read");
  fclose(f);
  return text;
}

int main(int argc, char **argv) {
  if (argc != 5) fail("usage", "nvrtc LIBNVRTC SOURCE ARCHITECTURE OUT");
  if (!(lib = dlopen(argv[1], RTLD_NOW))) fail(argv[1], dlerror());
  int (*create)(program *, const char *, const char *, int, const char **, const char **) = call("nvrtcCreateProgram");
  int (*compile)(program, int, const char **) = call("nvrtcCompileProgram");
  int (*log_size)(program, size_t *) = call("nvrtcGetProgramLogSize");
  int (*get_log)(program, char *) = call("nvrtcGetProgramLog");
  int cubin = !strncmp(argv[3], "sm_", 3);
  int (*size_of)(program, size_t *) = call(cubin ? "nvrtcGetCUBINSize" : "nvrtcGetPTXSize");
  int (*get)(program, char *) = call(cubin ? "nvrtcGetCUBIN" : "nvrtcGetPTX");

  char arch[64], include[4096];
  snprintf(arch, sizeof arch, "--gpu-architecture=%s", argv[3]);
  char *path = strdup(argv[2]);
  snprintf(include, sizeof include, "--include-path=%s", dirname(path));
  // No contraction: what is fused says fmaf. The defaults round divisions and roots
  // and keep subnormal numbers.
  const char *options[] = {arch, include, "--std=c++17", "--fmad=false", "--extra-device-vectorization"};
  program p;
  if (create(&p, read_all(argv[2]), "kernels.cu", 0, 0, 0)) fail("create", 0);
  int bad = compile(p, sizeof options / sizeof *options, options);
  size_t n = 0;
  log_size(p, &n);
  if (bad || n > 1) {
    char *log = calloc(1, n + 1);
    get_log(p, log);
    fputs(log, stderr);
  }
  if (bad) fail(argv[2], "does not compile");
  if (size_of(p, &n) || n == 0) fail(argv[3], "no code came out");
  char *code = malloc(n);
  get(p, code);
  if (!cubin) n--; // PTX ends in a zero
  FILE *out = fopen(argv[4], "wb");
  if (!out || fwrite(code, 1, n, out) != n || fclose(out)) fail(argv[4], "cannot be written");
  return 0;
}
