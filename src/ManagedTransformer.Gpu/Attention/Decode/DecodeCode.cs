using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Attention of few queries to many keys, y = sum of m e^(s - max) f v / (sum of m e^(s - max) + epsilon sum of e^(s - max)) with scores s,
/// soft masks m and factors f ("Flash-Decoding", Dao et al., 2023). A group takes one query, a range of its keys and up to 128 columns of
/// its result: 256 keys at a time, a score per thread, then a column by four threads with a quarter of the values each. What the ranges
/// leave is put together by <see cref="DecodeCombineCode"/>.
/// </summary>
internal static class DecodeCode
{
    public const int GroupSize = 256;

    public static void Run<TTeam, TKeys>(DecodeArguments<TKeys> arguments)
        where TTeam : struct, IRowTeam
        where TKeys : struct, IDecodeKeys
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(GroupSize), weights = SharedMemory.Allocate<float>(GroupSize);
        int row = Grid.IdxX / arguments.Splits, split = Grid.IdxX % arguments.Splits, thread = Group.IdxX, lane = thread >> 6,
            width = arguments.Keys.Width;
        int column = (Grid.IdxY * Tile.ResultWidth) + (thread & 63), second = column + Tile.Size;
        int begin = split * arguments.SplitKeys,
            end = begin + arguments.SplitKeys < arguments.Keys.Count ? begin + arguments.SplitKeys : arguments.Keys.Count;
        float max = float.NegativeInfinity, sum = 0, masked = 0, result = 0, secondResult = 0;
        for (int first = begin; first < end; first += GroupSize)
        {
            int key = first + thread;
            float score = key < end ? arguments.Keys.Score(row, key) : float.NegativeInfinity;
            float largest = default(TTeam).Merge<float, MaxCode>(score, scratch, Group.DimX);
            largest = largest > max ? largest : max;
            float shift = largest == float.NegativeInfinity ? 0 : largest, factor = GpuMath.Exp(max - shift),
                weight = GpuMath.Exp(score - shift);
            float masks = key < end ? arguments.Keys.Mask(row, key) * weight : 0;
            sum = (sum * factor) + weight;
            masked = (masked * factor) + masks;
            max = largest;
            weights[thread] = key < end ? masks * arguments.Keys.Factor(row, key) : 0;
            Group.Barrier();
            result *= factor;
            secondResult *= factor;
            int count = end - first < GroupSize ? end - first : GroupSize;
            for (int i = lane; i < count; i += 4)
            {
                float each = weights[i];
                if (each != 0)
                {
                    result += column < width ? each * arguments.Keys.Value(row, first + i, column) : 0;
                    secondResult += second < width ? each * arguments.Keys.Value(row, first + i, second) : 0;
                }
            }

            Group.Barrier();
        }

        sum = default(TTeam).Merge<float, SumCode>(sum, scratch, Group.DimX);
        masked = default(TTeam).Merge<float, SumCode>(masked, scratch, Group.DimX);
        long place = ((long)Grid.IdxX * (width + DecodeArguments<TKeys>.Lead)) + DecodeArguments<TKeys>.Lead;
        scratch[thread] = result;
        weights[thread] = secondResult;
        Group.Barrier();
        if (thread < Tile.Size && column < width)
        {
            arguments.Parts[place + column] = scratch[thread] + scratch[thread + 64] + (scratch[thread + 128] + scratch[thread + 192]);
        }

        if (thread < Tile.Size && second < width)
        {
            arguments.Parts[place + second] = weights[thread] + weights[thread + 64] + (weights[thread + 128] + weights[thread + 192]);
        }

        if (thread == 0 && Grid.IdxY == 0)
        {
            arguments.Parts[place - 3] = max;
            arguments.Parts[place - 2] = sum;
            arguments.Parts[place - 1] = masked;
        }
    }
}
