using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.Tensors;

/// <summary>
/// The gradients of many parameters, for loops that add up several backward walks: each walk's gradient is made apart and then added, so
/// that the sum is ((g1 + g2) + g3) + ... element by element, wherever the walks were made. Whole gradients are counted by the matrices
/// that they lie in, of which packed parameters share one; gradients of rows (<see cref="RowGradient"/>) by parameter.
/// </summary>
public sealed class GradientSet
{
    private readonly Parameter[] _parameters, _owners;
    private readonly Dictionary<Parameter, int> _numbers;
    private readonly Tensor?[] _sums;
    private readonly RowGradient?[] _rows;

    /// <summary>The gradients of some parameters.</summary>
    /// <param name="parameters">Each once.</param>
    public GradientSet(IEnumerable<Parameter> parameters)
    {
        _parameters = [.. parameters];
        _owners = [.. _parameters.Select(parameter => parameter.Whole).Distinct(ReferenceEqualityComparer.Instance).Cast<Parameter>()];
        _numbers = new Dictionary<Parameter, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < _owners.Length; i++)
        {
            _numbers.Add(_owners[i], i);
        }

        _sums = new Tensor?[_owners.Length];
        _rows = new RowGradient?[_parameters.Length];
    }

    /// <summary>The number of whole gradients.</summary>
    public int Count => _owners.Length;

    /// <summary>The number of parameters, of which each may have a gradient of rows.</summary>
    public int Parameters => _parameters.Length;

    /// <summary>Elements of a whole gradient.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    public long Length(int index) => _owners[index].Count;

    /// <summary>Whether a walk has brought a whole gradient.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    public bool Has(int index) => _owners[index].Gradient is not null;

    /// <summary>A whole gradient, in host memory.</summary>
    /// <param name="index">Below <see cref="Count"/>; there is one.</param>
    /// <param name="start">First element.</param>
    /// <param name="length">Elements.</param>
    /// <exception cref="InvalidOperationException">There is none, or it is not in host memory.</exception>
    public unsafe Span<float> Values(int index, long start, int length)
    {
        Tensor gradient = _owners[index].Gradient ?? throw new InvalidOperationException("There is no gradient yet.");
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, gradient.Count);
        return new Span<float>(gradient.Buffer.Floats() + start, length);
    }

    /// <summary>Gives a parameter a whole gradient of undefined values, to be written by way of <see cref="Values"/>.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    public void Make(int index)
    {
        Release(index);
        Parameter owner = _owners[index];
        owner.Gradient = Tensor.EmptyLike(owner).Keep();
    }

    /// <summary>Returns the memory of a whole gradient, if there is one.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    public void Release(int index)
    {
        // Within a walk, another tensor's gradient may share the memory.
        if (_owners[index].Gradient is { Storage: { PendingGradients: <= 1 } storage })
        {
            storage.Release();
        }

        _owners[index].Gradient = null;
    }

    /// <summary>Takes the gradient of rows that the walks so far have brought away from its parameter.</summary>
    /// <param name="parameter">Below <see cref="Parameters"/>.</param>
    /// <returns>Null if there is none.</returns>
    public RowGradient? TakeRows(int parameter)
    {
        RowGradient? rows = _parameters[parameter].RowGradient;
        _parameters[parameter].RowGradient = null;
        return rows;
    }

    /// <summary>Adds a gradient of rows to the sum of a parameter, behind those that were added before.</summary>
    /// <param name="parameter">Below <see cref="Parameters"/>.</param>
    /// <param name="indices">Row numbers, [n].</param>
    /// <param name="weights">Factors, [n]; null: all 1.</param>
    /// <param name="values">Gradients that the contributions share, [m, width].</param>
    public void AddRows(int parameter, Tensor indices, Tensor? weights, Tensor values)
    {
        RowGradient next = new(_parameters[parameter].Shape[0], indices, weights, values);
        _rows[parameter] = (_rows[parameter] is { } earlier ? earlier.With(next) : next).Keep();
    }

    /// <summary>Runs a backward walk that tells, while it goes on, which whole gradients are complete.</summary>
    /// <param name="walk">The walk.</param>
    /// <param name="completed">Told their numbers; it may take such a gradient away.</param>
    public void Watch(Action walk, Action<int> completed)
    {
        Action<Parameter>? outer = LeafWatch.Listener;
        LeafWatch.Listener = parameter =>
        {
            if (_numbers.TryGetValue(parameter, out int number))
            {
                completed(number);
            }
        };
        try
        {
            walk();
        }
        finally
        {
            LeafWatch.Listener = outer;
        }
    }

    /// <summary>Forgets gradients and sums, and returns their memory.</summary>
    public void Clear()
    {
        for (int i = 0; i < _owners.Length; i++)
        {
            _sums[i]?.Storage.Release();
            _sums[i] = null;
        }

        for (int i = 0; i < _parameters.Length; i++)
        {
            _parameters[i].ClearGradient(release: true);
            _rows[i] = null;
        }
    }

    /// <summary>Adds the whole gradients to the sums; the parameters have none afterwards.</summary>
    public void Fold()
    {
        for (int i = 0; i < _owners.Length; i++)
        {
            if (_owners[i].Gradient is not { } gradient)
            {
                continue;
            }

            if (_sums[i] is { } sum)
            {
                sum.Kernels.Elementwise.AddScaled(sum.Buffer, gradient.Buffer, sum.Count, 1);
                sum.Overwritten();
                gradient.Storage.Release();
            }
            else
            {
                _sums[i] = gradient;
            }

            _owners[i].Gradient = null;
        }
    }

    /// <summary>Gives the parameters the sums for their gradients, and begins anew.</summary>
    public void Restore()
    {
        for (int i = 0; i < _owners.Length; i++)
        {
            if (_sums[i] is { } sum)
            {
                _owners[i].Gradient = sum;
                _sums[i] = null;
            }
        }

        for (int i = 0; i < _parameters.Length; i++)
        {
            if (_rows[i] is { } rows)
            {
                _parameters[i].RowGradient = rows;
                _rows[i] = null;
            }
        }
    }
}
