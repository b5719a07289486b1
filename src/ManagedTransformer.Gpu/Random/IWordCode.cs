namespace ManagedTransformer.Gpu;

/// <summary>Makes results of random words, as a type parameter of <see cref="RandomKernel"/>.</summary>
internal interface IWordCode
{
    /// <summary>True if <see cref="Value"/> reads an input array. A constant.</summary>
    bool ReadsInput { get; }

    /// <summary>A result.</summary>
    /// <param name="place">0 or 1: the element's place in its pair.</param>
    /// <param name="even">The unit number of the pair's first element.</param>
    /// <param name="odd">That of its second element.</param>
    /// <param name="x">The element's input.</param>
    /// <param name="a">A parameter.</param>
    /// <param name="b">Another.</param>
    float Value(int place, float even, float odd, float x, float a, float b);
}
