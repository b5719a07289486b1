namespace ManagedTransformer.Tensors;

/// <summary>
/// Forward and backward passes over batches of one shape that, once two of them have asked the device for the same, are no longer computed
/// by operators: the device is asked for the same again, with the keys of random numbers that the pass would draw. Where two passes differ,
/// or the host reads or writes values within one, all are computed as ever. Batches, and states from one to the next, must be written into
/// tensors that stay where they are.
/// </summary>
/// <remarks>The first update is left alone, since much is made in it that stays.</remarks>
public sealed class StepReplay : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly RandomSource _random;
    private readonly Device _device;
    private DeviceRecording _recording;
    private IReadOnlyList<int> _sizes = [];
    private HeldGradients? _held;
    private Tensor? _loss;
    private long _targets, _updates;
    private bool _isOver;

    private StepReplay(Device device, DeviceRecording recording, IEnumerable<Parameter> parameters, RandomSource random)
    {
        (_device, _recording, _random) = (device, recording, random);
        _parameters = [.. parameters.SelectMany(parameter => new[] { parameter, parameter.Whole }).Distinct()];
    }

    /// <summary>True if the passes of this update go through <see cref="Learn"/>.</summary>
    public bool IsOn => _updates > 1 && !_isOver;

    /// <summary>Passes that were replayed.</summary>
    public long Replays { get; private set; }

    /// <summary>Says why passes cannot be replayed; null as long as nothing is known.</summary>
    public string? Obstacle => _recording.Obstacle;

    /// <summary>Passes on a device; null where it has no recordings.</summary>
    /// <param name="device">Where the parameters are.</param>
    /// <param name="parameters">What is trained.</param>
    /// <param name="random">The source from which passes draw random numbers, by <see cref="RandomSource.NextKey"/>.</param>
    public static StepReplay? TryCreate(Device device, IEnumerable<Parameter> parameters, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(random);
        return device.CreateRecording() is { } recording ? new StepReplay(device, recording, parameters, random) : null;
    }

    /// <summary>Begins an update: gradients that were lent for the last one are taken back.</summary>
    public void Begin()
    {
        _held?.TakeBack();
        if (Obstacle is not null)
        {
            Dispose();
        }

        _updates++;
    }

    /// <summary>Adds the gradient of a batch to what its parameters have, or lends it to them until the next update.</summary>
    /// <param name="forward">The sum that backward starts from, the loss to be told, and what it is to be divided by.</param>
    /// <param name="isLent">False: the parameters get copies of their own, since more batches follow.</param>
    /// <param name="sizes">What the host has decided for this pass, such as lengths of states: where it differs from what was recorded,
    /// another recording is begun. Default: nothing.</param>
    /// <returns>A copy of the loss, and what it is to be divided by.</returns>
    public (Tensor Loss, long Targets) Learn(
        Func<(Tensor Total, Tensor Loss, long Targets)> forward, bool isLent, IReadOnlyList<int>? sizes = null)
    {
        ArgumentNullException.ThrowIfNull(forward);
        HeldGradients earlier = new(_parameters);
        Fit(sizes ?? []);
        if (_recording.TryReplay(_random))
        {
            Replays++;
        }
        else
        {
            Compute(forward);
        }

        earlier.Lend();
        if (isLent)
        {
            _held!.Lend();
        }
        else
        {
            _held!.Copy();
        }

        return (_loss! * 1, _targets);
    }

    /// <summary>Returns the memory; passes are computed as ever from then on.</summary>
    public void Dispose()
    {
        _isOver = true;
        _held?.TakeBack();
        Release();
        _recording.Dispose();
    }

    // Makes way for another recording, unless it is known that there can be none.
    private void Fit(IReadOnlyList<int> sizes)
    {
        if (Obstacle is null && !sizes.SequenceEqual(_sizes))
        {
            Release();
            _recording.Dispose();
            _recording = _device.CreateRecording()!;
        }

        _sizes = sizes;
    }

    private void Compute(Func<(Tensor Total, Tensor Loss, long Targets)> forward)
    {
        Release();
        if (Obstacle is null)
        {
            _recording.Record(_random, Pass);
        }
        else
        {
            Pass(); // the rest of an update in which it came up
        }

        _held = new HeldGradients(_parameters);

        void Pass()
        {
            using StepScope scope = new();
            (Tensor total, Tensor loss, _targets) = forward();
            _loss = (loss.Detach() * 1).Keep(); // a copy: the walk frees what it has passed
            total.Backward(freeIntermediates: true);
        }
    }

    private void Release()
    {
        _held?.Release();
        _loss?.Release();
        (_held, _loss) = (null, null);
    }
}
