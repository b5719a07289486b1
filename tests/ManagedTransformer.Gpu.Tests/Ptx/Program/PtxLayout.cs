namespace ManagedTransformer.Gpu.Tests;

/// <summary>Variables one after another in a memory, each aligned as declared.</summary>
internal sealed class PtxLayout
{
    private readonly Dictionary<string, int> _offsets = [];

    public IReadOnlyDictionary<string, int> Offsets => _offsets;

    public int Bytes { get; private set; }

    public void Add(string name, int bytes, int alignment)
    {
        int offset = (Bytes + alignment - 1) / alignment * alignment;
        if (!_offsets.TryAdd(name, offset))
        {
            throw new PtxFault($"variable {name} is declared twice");
        }

        Bytes = offset + bytes;
    }
}
