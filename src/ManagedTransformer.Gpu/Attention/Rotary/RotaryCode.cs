namespace ManagedTransformer.Gpu;

/// <summary>Rotary positions: y[j] = x[j] c - x[j + d/2] s and y[j + d/2] = x[j + d/2] c + x[j] s, a thread per pair.</summary>
internal static class RotaryCode
{
    public static void Run(RotaryArguments arguments)
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            long row = i / arguments.Half, place = row / arguments.Heads;
            int j = (int)(i % arguments.Half), head = (int)(row % arguments.Heads);
            long batch = place / arguments.Length, t = place % arguments.Length;
            long from = (batch * arguments.X.Batch) + (t * arguments.X.Time) + (head * arguments.X.Head) + j,
                to = (batch * arguments.Y.Batch) + (t * arguments.Y.Time) + (head * arguments.Y.Head) + j;
            float first = arguments.X.Data[from], second = arguments.X.Data[from + arguments.Half], cos = 1, sin = 0;
            int position = arguments.HasPositions != 0 ? arguments.Positions[place] : arguments.First + (int)t;
            if (arguments.HasPositions != 0 && !IndexReport.IsValid(arguments.Errors, place, position, arguments.TableRows))
            {
                continue;
            }

            if (head < arguments.Rotated)
            {
                long angle = ((long)position * arguments.Half) + j;
                cos = arguments.Cos[angle];
                sin = arguments.Sign * arguments.Sin[angle];
            }

            arguments.Y.Data[to] = (first * cos) - (second * sin);
            arguments.Y.Data[to + arguments.Half] = (second * cos) + (first * sin);
        }
    }
}
