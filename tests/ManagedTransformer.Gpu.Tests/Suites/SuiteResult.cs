namespace ManagedTransformer.Gpu.Tests;

/// <summary>What a case of the kernel suite gave on a device.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Case">The case.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">The largest error, or what went wrong.</param>
internal sealed record SuiteResult(string Kernel, string Case, SuiteOutcome Outcome, string Detail)
{
    public override string ToString() => $"{Case}: {Detail}";
}
