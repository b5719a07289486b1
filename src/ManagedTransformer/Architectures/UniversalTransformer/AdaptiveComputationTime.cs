using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.UniversalTransformer;

/// <summary>
/// The halting of one sequence of steps (Graves, "Adaptive Computation Time for Recurrent Neural Networks", 2016, as the Universal
/// Transformer's code runs it). Every position adds up halting probabilities; the step in which the sum would exceed 1 - epsilon is its
/// last and gets what is left to 1 as its weight. With h the sum, r the remainder, n the steps and p the probability at hand:
/// running = h &lt; 1, ends = running and h + p > 1 - epsilon, goes on = running otherwise;
/// h += p [goes on], r += (1 - h) [ends], h += r [ends], n += [running], w = p [goes on] + r [ends].
/// The decisions carry no gradient; p and r do.
/// </summary>
internal sealed class AdaptiveComputationTime
{
    private readonly HaltingAccumulation _accumulation;
    private readonly int _maxSteps;
    private readonly Tensor _one = Tensor.Scalar(1);
    private readonly Tensor _threshold;
    private Tensor _sum;
    private Tensor? _output;

    /// <summary>Positions that have made no step.</summary>
    /// <param name="positions">Their shape, [B, T].</param>
    /// <param name="maxSteps">Most steps of a position, at least 1; one that is stopped by it gets no remainder.</param>
    /// <param name="epsilon">How far below 1 a sum of probabilities may stop, in (0, 1).</param>
    /// <param name="accumulation">How states become the output.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number out of its range.</exception>
    public AdaptiveComputationTime(Shape positions, int maxSteps, float epsilon = 0.01f,
        HaltingAccumulation accumulation = HaltingAccumulation.Basic)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSteps, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(epsilon, 1);
        _maxSteps = maxSteps;
        _accumulation = accumulation;
        _threshold = Tensor.Scalar(1 - epsilon);
        _sum = Tensor.Zeros(positions);
        Remainders = Tensor.Zeros(positions);
        Updates = Tensor.Zeros(positions);
    }

    /// <summary>Steps made by the positions together.</summary>
    public int Steps { get; private set; }

    /// <summary>n: the steps that each position made, [B, T].</summary>
    public Tensor Updates { get; private set; }

    /// <summary>r: the weight of each position's last step, 0 where it has not halted by itself, [B, T].</summary>
    public Tensor Remainders { get; private set; }

    /// <summary>The output so far, [B, T, D].</summary>
    /// <exception cref="InvalidOperationException">No step was made.</exception>
    public Tensor Output => _output ?? throw new InvalidOperationException("There is no output before the first step.");

    /// <summary>
    /// Whether a position goes on: its sum is below 1 - epsilon and it has steps left. On a device with memory of its own nobody waits to
    /// know the sums: all steps are made there, those of positions that have halted with the weight 0.
    /// </summary>
    public bool IsRunning => Steps == 0 || (Steps < _maxSteps && (!_sum.Device.IsHost || _sum.LessThan(_threshold).Max().Item() > 0));

    /// <summary>
    /// mean(n + r) over all positions: what is added to the training loss, with a small weight, to make thinking cost something.
    /// </summary>
    public Tensor PonderTime => (Remainders + Updates).Mean();

    /// <summary>Decides which positions make this step their last, before its states are known.</summary>
    /// <param name="probability">p, [B, T], each in (0, 1).</param>
    /// <returns>w: the weight of the step's states, [B, T]; 0 at positions that halted before.</returns>
    public Tensor Halt(Tensor probability)
    {
        Tensor running = _sum.LessThan(_one);
        Tensor ends = running * (_sum + probability).GreaterThan(_threshold);
        Tensor goesOn = running - ends;
        _sum += probability * goesOn;
        Remainders += ends * _sum.Affine(-1, 1);
        _sum += ends * Remainders;
        Updates += running;
        Steps++;
        return probability * goesOn + ends * Remainders;
    }

    /// <summary>Adds the states of the step to the output. Halted positions have the weight 0 and stay as they are.</summary>
    /// <param name="states">z after the step, [B, T, D].</param>
    /// <param name="weights">w of the step, [B, T].</param>
    public void Accumulate(Tensor states, Tensor weights)
    {
        Tensor weight = weights.Reshape(weights.Shape.Insert(weights.Rank, 1));
        Tensor step = states * weight;
        _output = _output is null
            ? step
            : _accumulation == HaltingAccumulation.Basic ? step + (_output * weight.Affine(-1, 1)) : step + _output;
    }
}
