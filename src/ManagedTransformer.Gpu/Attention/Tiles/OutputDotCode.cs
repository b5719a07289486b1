namespace ManagedTransformer.Gpu;

/// <summary>
/// D = dy . y of every query, a thread each. The terms are added in the order of the tiles' products dY V^T: where one key has all the
/// weight the two are equal, and so cancel, bit by bit.
/// </summary>
internal static class OutputDotCode
{
    public static void Run(OutputDotArguments arguments)
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            int pair = (int)(i / arguments.QueryLength), t = (int)(i % arguments.QueryLength);
            TileRows y = HeadOperand.Rows(arguments.Y, pair / arguments.Heads, pair % arguments.Heads, arguments.QueryLength,
                arguments.Width);
            TileRows dy = HeadOperand.Rows(arguments.DY, pair / arguments.Heads, pair % arguments.Heads, arguments.QueryLength,
                arguments.Width);
            long left = y.Start + (t * y.Stride), right = dy.Start + (t * dy.Stride);
            float sum = 0;
            for (int j = 0; j < arguments.Width; j++)
            {
                sum = FusedProduct.Add(y.Data[left + j], dy.Data[right + j], sum);
            }

            arguments.Dots[i] = sum;
        }
    }
}
