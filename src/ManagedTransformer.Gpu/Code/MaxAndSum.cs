namespace ManagedTransformer.Gpu;

/// <summary>
/// The largest of some numbers, and the sum of e^(x - largest). Numbers of minus infinity add nothing; without any other the sum is 0.
/// </summary>
internal struct MaxAndSum
{
    public float Max, Sum;
}
