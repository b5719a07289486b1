using ManagedTransformer.Tensors.Kernels;
using ManagedTransformer.Tensors.Reference;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>The kernels of the contract by name, for theories.</summary>
public static class SuiteKernels
{
    /// <summary>Those that a device must have; kernels over small integers are the processor's.</summary>
    public static TheoryData<string> Names =>
    [
        .. KernelSuite.Cases.Select(test => test.Kernel).Distinct()
            .Where(kernel => !kernel.StartsWith($"{nameof(KernelSet.Quantized)}.", StringComparison.Ordinal)),
    ];

    /// <summary>
    /// Cases that are run in every precision of products: all of matrix products, and one each of attention, span attention, linear
    /// attention, and their gradients, which have all widths that tensor cores multiply.
    /// </summary>
    internal static bool HasPrecisions(KernelCase test) =>
        test.Kernel == "MatMul" || test.Name is "whole heads, every key" or "whole heads, every span" or "whole heads, sum with epsilon";
}
