using Xunit.Sdk;
using Xunit.v3;

// Memory is that of the whole process.
[assembly: Parallelization(Mode = ParallelMode.None)]
