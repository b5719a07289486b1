namespace ManagedTransformer.Gpu;

/// <summary>
/// Reads and additions at indices along one axis: y[o, j, i] = x[o, indices[o, j, i], i], and x[o, indices[o, j, i], i] += y[o, j, i] in
/// the order of j.
/// </summary>
internal static class AxisCode
{
    /// <summary>One thread per element of y, in strides.</summary>
    public static void Gather(AxisArguments arguments)
    {
        long count = arguments.Outer * arguments.Picked * arguments.Inner;
        for (long place = GridStride.First; place < count; place += GridStride.Step)
        {
            int index = arguments.Indices[place];
            if (IndexReport.IsValid(arguments.Errors, place, index, arguments.Length))
            {
                arguments.Y[place] = arguments.X[Target(arguments, place, index)];
            }
        }
    }

    /// <summary>One thread per column (o, i), which walks along j: no two threads write to the same place.</summary>
    public static void Scatter(AxisArguments arguments)
    {
        for (long column = GridStride.First; column < arguments.Outer * arguments.Inner; column += GridStride.Step)
        {
            long outer = column / arguments.Inner, inner = column - (outer * arguments.Inner);
            for (int j = 0; j < arguments.Picked; j++)
            {
                long place = (((outer * arguments.Picked) + j) * arguments.Inner) + inner;
                int index = arguments.Indices[place];
                if (IndexReport.IsValid(arguments.Errors, place, index, arguments.Length))
                {
                    arguments.X[(((outer * arguments.Length) + index) * arguments.Inner) + inner] += arguments.Y[place];
                }
            }
        }
    }

    /// <summary>targets = the places in x that y's elements go to, -1 for wrong indices: one thread per element of y, in strides.</summary>
    public static void Targets(AxisArguments arguments)
    {
        long count = arguments.Outer * arguments.Picked * arguments.Inner;
        for (long place = GridStride.First; place < count; place += GridStride.Step)
        {
            int index = arguments.Indices[place];
            bool isValid = IndexReport.IsValid(arguments.Errors, place, index, arguments.Length);
            arguments.Targets[place] = isValid ? (int)Target(arguments, place, index) : -1;
        }
    }

    /// <summary>The place in x that the index at a place of y names.</summary>
    private static long Target(AxisArguments arguments, long place, int index)
    {
        long outer = place / (arguments.Picked * arguments.Inner);
        return (((outer * arguments.Length) + index) * arguments.Inner) + (place % arguments.Inner);
    }
}
