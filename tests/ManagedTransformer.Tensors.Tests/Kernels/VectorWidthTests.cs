using ManagedTransformer.Tests.Shared;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>The kernel suite at other widths of vectors.</summary>
public sealed class VectorWidthTests
{
    [Theory]
    [InlineData(256)]
    [InlineData(128)]
    public void TheKernelsPassAtEveryWidth(int width) => NarrowVectors.Run(
        width, typeof(KernelSuiteTests),
        nameof(KernelSuiteTests.AgreesWithTheReference), nameof(KernelSuiteTests.VectorsHaveTheExpectedWidth));

    [Fact]
    public void TheKernelsPassWithoutVectorHardware() => NarrowVectors.Run(
        0, typeof(KernelSuiteTests),
        nameof(KernelSuiteTests.TheFirstCaseOfEveryKernelAgrees), nameof(KernelSuiteTests.VectorsHaveTheExpectedWidth));
}
