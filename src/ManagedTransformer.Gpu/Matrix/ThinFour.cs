namespace ManagedTransformer.Gpu;

/// <summary>Four thin vectors.</summary>
internal readonly struct ThinFour : IThinCount
{
    public int Count => 4;
}
