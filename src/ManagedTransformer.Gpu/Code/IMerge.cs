namespace ManagedTransformer.Gpu;

/// <summary>
/// An associative and commutative function of two values; commutative to the bit, so that all threads of a team get the same result.
/// </summary>
internal interface IMerge<T>
    where T : unmanaged
{
    /// <summary>The function.</summary>
    T Merge(T a, T b);
}
