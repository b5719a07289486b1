namespace ManagedTransformer.Gpu.Tests;

/// <summary>Who touched a place last, and when: see <see cref="PtxAccessLog"/>.</summary>
internal struct PtxAccessCell
{
    public uint Writer;
    public uint WriteTime;
    public uint Reader;
    public uint ReadTime;
}
