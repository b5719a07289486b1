namespace ManagedTransformer.Tensors.Reference;

/// <summary>What comparing a device with the reference gave.</summary>
/// <param name="Error">The largest error relative to its tolerance; the case is passed up to 1.</param>
/// <param name="Description">Where that error is, in one line.</param>
internal readonly record struct KernelCheck(double Error, string Description)
{
    public bool Passed => Error <= 1;
}
