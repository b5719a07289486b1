namespace ManagedTransformer.Gpu;

/// <summary>Eight thin vectors.</summary>
internal readonly struct ThinEight : IThinCount
{
    public int Count => 8;
}
