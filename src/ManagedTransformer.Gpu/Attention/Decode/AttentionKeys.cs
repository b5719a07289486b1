namespace ManagedTransformer.Gpu;

/// <summary>Keys of attention, from the first one that any query sees.</summary>
internal struct AttentionKeys : IDecodeKeys
{
    public AttentionArguments Arguments;
    public int First;

    public readonly int Count => Arguments.KeyLength - First;

    public readonly int Width => Arguments.ValueWidth;

    public readonly float Epsilon => 0;

    public static AttentionKeys Of(AttentionArguments arguments) =>
        new() { Arguments = arguments, First = Math.Min(AttentionMask.FirstKey(arguments, 0), arguments.KeyLength) };

    public readonly float Score(int row, int key)
    {
        key += First;
        int pair = row / Arguments.QueryLength, t = row % Arguments.QueryLength, batch = pair / Arguments.Heads,
            head = pair % Arguments.Heads;
        int position = t + Arguments.KeyLength - Arguments.QueryLength;
        if ((Arguments.Causal != 0 && key > position) || (Arguments.Window > 0 && key <= position - Arguments.Window)
            || (Arguments.HasPadding != 0 && Arguments.Padding[((long)batch * Arguments.KeyLength) + key] != 0))
        {
            return float.NegativeInfinity;
        }

        TileRows queries = HeadOperand.Rows(Arguments.Q, batch, head, Arguments.QueryLength, Arguments.HeadWidth);
        TileRows keys = HeadOperand.Rows(Arguments.K, batch, head / Arguments.Group, Arguments.KeyLength, Arguments.HeadWidth);
        long left = queries.Start + (t * queries.Stride), right = keys.Start + (key * keys.Stride);
        float sum = 0;
        for (int j = 0; j < Arguments.HeadWidth; j++)
        {
            sum = FusedProduct.Add(queries.Data[left + j], keys.Data[right + j], sum);
        }

        return sum * Arguments.Scale;
    }

    public readonly float Mask(int row, int key) => 1;

    public readonly float Factor(int row, int key) =>
        Arguments.Dropout.Probability > 0 ? WeightDropout.Factor(Arguments.Dropout, ((long)row * Arguments.KeyLength) + First + key) : 1;

    public readonly float Value(int row, int key, int column)
    {
        int pair = row / Arguments.QueryLength;
        return Arguments.V.Data[(pair / Arguments.Heads * Arguments.V.Batch) + ((First + key) * Arguments.V.Time)
            + (pair % Arguments.Heads / Arguments.Group * Arguments.V.Head) + column];
    }

    public readonly void Store(int row, int column, float result)
    {
        int pair = row / Arguments.QueryLength, t = row % Arguments.QueryLength;
        Arguments.Y.Data[(pair / Arguments.Heads * Arguments.Y.Batch) + (t * Arguments.Y.Time) + (pair % Arguments.Heads * Arguments.Y.Head)
            + column] = result;
    }

    public readonly void Keep(int row, float max, float sum, float normalizer)
    {
        if (Arguments.HasSums != 0)
        {
            Arguments.Maxima[row] = max;
            Arguments.Sums[row] = sum;
        }
    }
}
