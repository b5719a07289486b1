namespace ManagedTransformer.Gpu;

/// <summary>The coordinates of one element, innermost first; those of axes that a space does not have are 0.</summary>
internal struct AxisPlace
{
    public int C0, C1, C2, C3, C4, C5;

    /// <summary>Where the element lies under the strides of an operand.</summary>
    /// <param name="strides">The operand's.</param>
    /// <param name="rank">Axes of the space; the same for all threads.</param>
    public readonly long Under(AxisStrides strides, int rank)
    {
        long offset = ((long)C0 * strides.S0) + ((long)C1 * strides.S1);
        if (rank > 2)
        {
            offset += ((long)C2 * strides.S2) + ((long)C3 * strides.S3);
            if (rank > 4)
            {
                offset += ((long)C4 * strides.S4) + ((long)C5 * strides.S5);
            }
        }

        return offset;
    }
}
