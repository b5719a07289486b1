namespace ManagedTransformer.Tensors;

/// <summary>
/// Gradients that a backward walk left in memory that will be written again: taken away from their parameters, and lent to them, or
/// copied, after every writing.
/// </summary>
internal sealed class HeldGradients
{
    private readonly List<(Parameter Owner, Tensor Gradient)> _whole = [];
    private readonly List<(Parameter Table, RowGradient Rows)> _rows = [];

    /// <summary>Takes the gradients of parameters away from them.</summary>
    /// <param name="parameters">Parameters, of ranges of rows the packed ones.</param>
    public HeldGradients(IEnumerable<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters)
        {
            if (!parameter.IsRows && parameter.Gradient is { } gradient)
            {
                _whole.Add((parameter, gradient));
                parameter.Gradient = null;
            }

            if (parameter.OwnRowGradient is { } rows)
            {
                _rows.Add((parameter, rows));
                parameter.RowGradient = null;
            }
        }
    }

    /// <summary>Gives the parameters the gradients, until <see cref="TakeBack"/>.</summary>
    public void Lend()
    {
        foreach ((Parameter owner, Tensor gradient) in _whole)
        {
            gradient.Overwritten();
            owner.Gradient = gradient;
        }

        foreach ((Parameter table, RowGradient rows) in _rows)
        {
            table.RowGradient = rows;
        }
    }

    /// <summary>Gives the parameters copies, which are theirs; those of rows behind what they have.</summary>
    public void Copy()
    {
        using NoGradientScope _ = new();
        foreach ((Parameter owner, Tensor gradient) in _whole)
        {
            owner.Gradient = CopyOf(gradient);
        }

        foreach ((Parameter table, RowGradient rows) in _rows)
        {
            Tensor? weights = rows.Weights is { } factors ? CopyOf(factors) : null;
            GradientSink.AddRows(table, new RowGradient(table.Shape[0], CopyOf(rows.Indices), weights, CopyOf(rows.Values)));
        }
    }

    /// <summary>Takes back what is lent.</summary>
    public void TakeBack()
    {
        foreach ((Parameter owner, Tensor gradient) in _whole)
        {
            owner.Gradient = owner.Gradient == gradient ? null : owner.Gradient;
        }

        foreach ((Parameter table, RowGradient rows) in _rows)
        {
            table.RowGradient = table.OwnRowGradient == rows ? null : table.OwnRowGradient;
            rows.Forget();
        }
    }

    /// <summary>Returns the memory of gradients that are not lent.</summary>
    public void Release()
    {
        foreach ((_, Tensor gradient) in _whole)
        {
            gradient.Storage.Release();
        }

        foreach ((_, RowGradient rows) in _rows)
        {
            rows.Release();
        }
    }

    private static Tensor CopyOf(Tensor source)
    {
        Tensor copy = Tensor.Empty(source.Shape, source.DType, source.Device).Keep();
        copy.Assign(source);
        return copy;
    }
}
