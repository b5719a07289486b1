using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Puts together what the ranges of keys have left, in their order: a group per row, whose threads take columns.</summary>
internal static class DecodeCombineCode
{
    public const int GroupSize = 128;

    public static void Run<TKeys>(DecodeArguments<TKeys> arguments)
        where TKeys : struct, IDecodeKeys
    {
        int row = Grid.IdxX, width = arguments.Keys.Width, size = width + DecodeArguments<TKeys>.Lead;
        long start = (long)row * arguments.Splits * size;
        float max = float.NegativeInfinity, sum = 0, masked = 0;
        for (int split = 0; split < arguments.Splits; split++)
        {
            float largest = arguments.Parts[start + ((long)split * size)];
            max = largest > max ? largest : max;
        }

        float shift = max == float.NegativeInfinity ? 0 : max;
        for (int split = 0; split < arguments.Splits; split++)
        {
            long place = start + ((long)split * size);
            float factor = GpuMath.Exp(arguments.Parts[place] - shift);
            sum += factor * arguments.Parts[place + 1];
            masked += factor * arguments.Parts[place + 2];
        }

        float normalizer = masked + (arguments.Keys.Epsilon * sum), inverse = normalizer == 0 ? 1 : 1 / normalizer;
        if (Group.IdxX == 0)
        {
            arguments.Keys.Keep(row, max, sum, normalizer);
        }

        for (int column = Group.IdxX; column < width; column += Group.DimX)
        {
            float result = 0;
            for (int split = 0; split < arguments.Splits; split++)
            {
                long place = start + ((long)split * size);
                result += GpuMath.Exp(arguments.Parts[place] - shift) * arguments.Parts[place + DecodeArguments<TKeys>.Lead + column];
            }

            arguments.Keys.Store(row, column, result * inverse);
        }
    }
}
