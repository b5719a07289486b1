using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Reference;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>The shared kernel suite on the processor, one row per case.</summary>
public sealed class KernelSuiteTests
{
    /// <summary>Set by <see cref="VectorWidthTests"/> in its child processes: the width, in bits, that vectors must have there.</summary>
    public const string ExpectedWidth = "MT_TEST_VECTOR_BITS";

    private static readonly Dictionary<string, KernelCase> _casesByName = KernelSuite.Cases.ToDictionary(test => test.ToString());

    public static TheoryData<string> CaseNames => [.. _casesByName.Keys];

    private static int VectorBits =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void AgreesWithTheReference(string name)
    {
        KernelCheck check = _casesByName[name].Check(Device.Cpu);
        Assert.True(check.Passed, $"{name}: {check.Description} ({check.Error:G3} times the tolerance)");
    }

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void GivesTheSameBitsForAnyNumberOfThreads(string name)
    {
        List<KernelOutput>[] outputs = ThreadCounts.ForEach([1, 3], () => _casesByName[name].Run(Device.Cpu));
        Assert.All(outputs[0].Zip(outputs[1]), pair => Assert.True(pair.First.Bytes.SequenceEqual(pair.Second.Bytes), pair.First.Label));
    }

    [Fact]
    public void VectorsHaveTheExpectedWidth()
    {
        if (Environment.GetEnvironmentVariable(ExpectedWidth) is string bits)
        {
            Assert.Equal(bits, VectorBits.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
