namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Work on a range of items, cut into pieces by <see cref="Ranges"/>.</summary>
internal interface IRangeJob
{
    /// <summary>Computes the items from <paramref name="start"/> to <paramref name="end"/> - 1.</summary>
    void Execute(long start, long end);
}
