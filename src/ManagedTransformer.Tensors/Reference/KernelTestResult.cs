namespace ManagedTransformer.Tensors.Reference;

/// <summary>What one case of the self-test gave.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Case">What the case is about.</param>
/// <param name="Passed">Whether every result lies within its tolerance.</param>
/// <param name="Error">The largest error relative to its tolerance.</param>
/// <param name="Description">Where that error is.</param>
public sealed record KernelTestResult(string Kernel, string Case, bool Passed, double Error, string Description);
