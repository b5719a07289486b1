namespace ManagedTransformer.Gpu;

/// <summary>Functions of random words that <see cref="RandomKernel"/> computes; u is a word as a number of [0, 1).</summary>
internal static class WordCode
{
    /// <summary>0 where u is below the probability a, else x / (1 - a).</summary>
    public readonly struct Dropout : IWordCode
    {
        public bool ReadsInput => true;

        public float Value(int place, float even, float odd, float x, float a, float b) =>
            (place == 0 ? even : odd) < a ? 0f : x / (1f - a);
    }

    /// <summary>a + b u.</summary>
    public readonly struct Uniform : IWordCode
    {
        public bool ReadsInput => false;

        public float Value(int place, float even, float odd, float x, float a, float b) => a + (b * (place == 0 ? even : odd));
    }

    /// <summary>
    /// a + b z, with Box and Muller's z = r cos(2 pi u1) in even elements and r sin(2 pi u1) in odd ones, r = sqrt(-2 ln(1 - u0)).
    /// </summary>
    public readonly struct Normal : IWordCode
    {
        public bool ReadsInput => false;

        // sin(2 pi u) is cos(2 pi u) a quarter of a turn earlier.
        public float Value(int place, float even, float odd, float x, float a, float b) =>
            a + (b * (MathF.Sqrt(-2f * GpuMath.Log(1f - even)) * GpuMath.CosOfTurns(odd, place == 0 ? 0 : 3)));
    }
}
