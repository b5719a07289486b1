using ManagedTransformer.Tensors.Reference;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>The kernels of the contract by name, for theories.</summary>
public static class SuiteKernels
{
    public static TheoryData<string> Names => [.. KernelSuite.Cases.Select(test => test.Kernel).Distinct()];
}
