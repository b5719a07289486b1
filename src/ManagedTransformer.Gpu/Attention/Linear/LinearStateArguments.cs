using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="LinearStateCode"/> and <see cref="LinearPrefixCode"/>. Forward, every chunk adds to the state the sum of w[last,
/// t] k[t] (x) [v[t], 1]. Backward, it adds to the state's gradient the sum of e^c[t] Factors[t] q[t] (x) [dy[t], LastFactors[t]].
/// </summary>
internal struct LinearStateArguments
{
    public LinearArguments Forward;
    public HeadOperand Left, Right;
    public ArrayView<float> States, Factors, LastFactors;

    /// <summary>
    /// The state that comes in at one end and the one that goes out at the other, as s and z; z of an absent one is empty too.
    /// </summary>
    public ArrayView<float> FirstS, FirstZ, LastS, LastZ;

    public int IsBackward, HasFirst, HasLast, Pairs;

    /// <summary>Where the state of a chunk lies; there is one more than there are chunks.</summary>
    public static long Start(LinearArguments arguments, int pair, int chunk) =>
        (((long)pair * (Tile.Count(arguments.Length) + 1)) + chunk) * LinearArguments.StateSize(arguments);

    /// <summary>Rows s of the state of a chunk.</summary>
    public static TileRows Rows(LinearArguments arguments, ArrayView<float> states, int pair, int chunk) =>
        TileRows.Of(states, Start(arguments, pair, chunk), arguments.Features, arguments.ValueWidth);

    /// <summary>Where z of the state of a chunk lies.</summary>
    public static long Last(LinearArguments arguments, int pair, int chunk) =>
        Start(arguments, pair, chunk) + ((long)arguments.Features * arguments.ValueWidth);
}
