using System.Text.RegularExpressions;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Every kernel compiles for NVIDIA's architectures.</summary>
public sealed partial class CompilationTests(ITestOutputHelper output)
{
    private readonly CompiledSuite _suite = CompiledSuite.Instance;

    [Fact]
    public void EveryKernelCompiles()
    {
        output.WriteLine($"{_suite.Kernels.Count} kernels: {string.Join(", ", _suite.Kernels.Select(CompiledSuite.Name).Order())}");
        Assert.Empty(_suite.Failures);
        Assert.NotEmpty(_suite.Kernels);
    }

    [Fact]
    public void TheDeviceHasTheWholeContract() => Assert.Empty(_suite.Missing);

    /// <summary>Sums by float atomics would depend on the order of threads.</summary>
    [Fact]
    public void NoKernelAddsFloatsAtomically() =>
        Assert.Empty(_suite.Texts.Where(kernel => FloatAtomic().IsMatch(kernel.Text)).Select(kernel => kernel.Name));

    /// <summary>Their last bits, or more, are the driver's choice.</summary>
    [Fact]
    public void NoKernelUsesApproximateFunctions() =>
        Assert.Empty(_suite.Texts.Where(kernel => Approximate().IsMatch(kernel.Text))
            .Select(kernel => $"{kernel.Name}: {Approximate().Match(kernel.Text).Value}"));

    /// <summary>What lies in local memory because registers do not suffice makes products and attention several times slower.</summary>
    [Fact]
    public async Task ProductsAndAttentionKeepToRegisters()
    {
        string? assembler = PtxAssembler.Find();
        Assert.SkipWhen(assembler is null, "ptxas of NVIDIA's CUDA toolkit is neither on PATH nor named by MT_PTXAS.");
        List<string> spills = [];
        foreach ((string name, string text) in _suite.Texts.Where(kernel => Demanding().IsMatch(kernel.Name)))
        {
            foreach (string architecture in new[] { "sm_80", "sm_90" })
            {
                PtxAssembly assembly = await PtxAssembler.Assemble(
                    assembler!, architecture, text, TestContext.Current.CancellationToken);
                output.WriteLine($"{name} for {architecture}: {assembly}");
                if (assembly.Error.Length > 0 || assembly.SpillBytes > 0)
                {
                    spills.Add($"{name} for {architecture}: {assembly}");
                }
            }
        }

        Assert.Empty(spills);
    }

    [GeneratedRegex(@"\b(red|atom)\.[\w.]*add[\w.]*\.f(16|32|64)\b")]
    private static partial Regex FloatAtomic();

    [GeneratedRegex(@"\b(ex2|lg2|sin|cos|tanh|rcp|rsqrt|sqrt|div)\.approx[\w.]*")]
    private static partial Regex Approximate();

    [GeneratedRegex("MatMul|Thin|Tensor|Attention|Span|Linear|Decode", RegexOptions.IgnoreCase)]
    private static partial Regex Demanding();
}
