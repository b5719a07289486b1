namespace ManagedTransformer.Gpu.Tests;

/// <summary>What a thread has asked cp.async for.</summary>
internal sealed class PtxCopies
{
    private readonly Queue<List<PtxCopy>> _groups = new();
    private List<PtxCopy> _open = [];

    public void Add(PtxCopy copy) => _open.Add(copy);

    /// <summary>Closes a group.</summary>
    public void Commit()
    {
        _groups.Enqueue(_open);
        _open = [];
    }

    /// <summary>Takes the copies of all closed groups but the last few.</summary>
    public IEnumerable<PtxCopy> Take(int kept)
    {
        while (_groups.Count > kept)
        {
            foreach (PtxCopy copy in _groups.Dequeue())
            {
                yield return copy;
            }
        }
    }
}
