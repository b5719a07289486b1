namespace ManagedTransformer.Gpu;

/// <summary>Slots of span attention: those of the window, oldest first, then the persistent ones.</summary>
internal struct SpanKeys : IDecodeKeys
{
    public SpanArguments Arguments;

    public readonly int Count => Arguments.Length + Arguments.Persistent;

    public readonly int Width => Arguments.Width;

    public readonly float Epsilon => Arguments.Epsilon;

    public readonly float Score(int row, int key)
    {
        int pair = row / Arguments.QueryLength, t = row % Arguments.QueryLength, head = pair % Arguments.Heads, slots = Arguments.Length;
        long left = Start(Arguments.Q, pair, t), right = Start(Arguments.K, pair, t + key), position = (long)key * Arguments.Width;
        long persistent = (((long)head * Arguments.Persistent) + key - slots) * Arguments.Width;
        float sum = 0;
        for (int j = 0; j < Arguments.Width; j++)
        {
            float other = key < slots
                ? Arguments.K.Data[right + j] + Arguments.Positions[position + j]
                : Arguments.PersistentKeys[persistent + j];
            sum = FusedProduct.Add(Arguments.Q.Data[left + j], other, sum);
        }

        return key < slots ? sum * Arguments.Scale : sum;
    }

    public readonly float Mask(int row, int key)
    {
        if (Arguments.HasSpans == 0 || key >= Arguments.Length)
        {
            return 1;
        }

        int pair = row / Arguments.QueryLength;
        float reach = SpanArguments.Reach(Arguments, pair / Arguments.Heads, row % Arguments.QueryLength, pair % Arguments.Heads);
        float raw = ((reach - (Arguments.Length - key)) / Arguments.Ramp) + 1;
        return raw < 0 ? 0 : raw > 1 ? 1 : raw;
    }

    public readonly float Factor(int row, int key)
    {
        float factor = key < Arguments.Length ? 1 : Arguments.ValueScale;
        return Arguments.Dropout.Probability > 0
            ? factor * WeightDropout.Factor(Arguments.Dropout, ((long)row << 32) + (1L << 31) + key - Arguments.Length)
            : factor;
    }

    public readonly float Value(int row, int key, int column)
    {
        if (Arguments.HasOutput == 0)
        {
            return 0; // only weights are wanted, and values may be absent
        }

        int pair = row / Arguments.QueryLength, t = row % Arguments.QueryLength;
        long persistent = ((((long)(pair % Arguments.Heads) * Arguments.Persistent) + key - Arguments.Length) * Arguments.Width) + column;
        return key < Arguments.Length
            ? Arguments.V.Data[Start(Arguments.V, pair, t + key) + column]
            : Arguments.PersistentValues[persistent];
    }

    public readonly void Store(int row, int column, float result)
    {
        if (Arguments.HasOutput != 0)
        {
            Arguments.Y.Data[Start(Arguments.Y, row / Arguments.QueryLength, row % Arguments.QueryLength) + column] = result;
        }
    }

    public readonly void Keep(int row, float max, float sum, float normalizer)
    {
        if (Arguments.HasSums != 0)
        {
            Arguments.Maxima[row] = max;
            Arguments.Sums[row] = sum;
            Arguments.Normalizers[row] = normalizer;
        }
    }

    private readonly long Start(HeadOperand operand, int pair, int time) =>
        (pair / Arguments.Heads * operand.Batch) + (time * operand.Time) + (pair % Arguments.Heads * operand.Head);
}
