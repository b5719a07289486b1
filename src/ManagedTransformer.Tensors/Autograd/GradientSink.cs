namespace ManagedTransformer.Tensors;

/// <summary>
/// Takes the gradients that the rules of one backward walk deliver: sums them up per tensor, and returns the memory of those that are used
/// up.
/// </summary>
/// <param name="keepsRecord">Whether the record is kept for another walk, which what its rules hold must survive.</param>
internal sealed class GradientSink(bool keepsRecord)
{
    private readonly long _firstOwnStorage = Storage.LastNumber + 1;
    private List<Storage>? _given;

    /// <summary>
    /// Adds a gradient to what the tensor has received so far. The gradient must not be changed afterwards by the caller.
    /// </summary>
    public void Add(Tensor? input, Tensor gradient)
    {
        if (input is null || !input.RequiresGradient)
        {
            return;
        }

        if (gradient.Shape != input.Shape)
        {
            throw new InvalidOperationException(
                $"A gradient of the shape {gradient.Shape} was delivered to a tensor of the shape {input.Shape}.");
        }

        if (input.Producer is not { } rule)
        {
            AddToLeaf(input, gradient);
        }
        else if (rule.Pending is not { } pending)
        {
            rule.Pending = Hold(gradient);
        }
        else if (IsExclusive(pending))
        {
            AddInPlace(pending, gradient);
        }
        else
        {
            rule.Pending = Hold(pending.Add(gradient));
            Drop(pending);
        }
    }

    /// <summary>Adds the gradient of an operand that may have been left out: null adds nothing.</summary>
    public void AddIfAny(Tensor? input, Tensor? gradient)
    {
        if (gradient is not null)
        {
            Add(input, gradient);
        }
    }

    /// <summary>
    /// Adds a gradient that was there before the walk and that its rule has no further use for, in memory of its own: like one that the
    /// walk made, it may be taken over, added to and returned.
    /// </summary>
    public void Give(Tensor? input, Tensor gradient)
    {
        if (!keepsRecord)
        {
            (_given ??= []).Add(gradient.Storage);
        }

        Add(input, gradient);
    }

    /// <summary>
    /// A contiguous place for the gradient of a tensor: a fresh one to overwrite, or what was received so far, to be added to. Saves
    /// kernels that can accumulate a separate addition. Call only for an input that requires a gradient, and write to the result at once.
    /// </summary>
    public Tensor Target(Tensor input, out bool accumulate)
    {
        accumulate = true;
        if (input.Producer is { } rule)
        {
            if (rule.Pending is { } pending)
            {
                if (!IsExclusive(pending))
                {
                    rule.Pending = Hold(Copy(pending));
                    Drop(pending);
                }

                rule.Pending!.Overwritten();
                return rule.Pending;
            }

            accumulate = false;
            rule.Pending = Hold(Tensor.EmptyLike(input));
            return rule.Pending;
        }

        if (input is Parameter { IsRows: true } rows)
        {
            return rows.GradientToAddTo();
        }

        if (input.Gradient is { } gradient)
        {
            gradient.Overwritten();
            return gradient;
        }

        accumulate = false;
        return input.Gradient = KeepFor(input, Tensor.EmptyLike(input));
    }

    /// <summary>
    /// Takes away what a tensor has received so far, for a rule that adds it inside its own kernel; null if there is nothing.
    /// </summary>
    public static Tensor? Take(Tensor input)
    {
        if (input.Producer is not { Pending: { } pending } rule)
        {
            return null;
        }

        rule.Pending = null;
        return pending;
    }

    /// <summary>Adds gradients of single rows of a table, whose tensors belong to the gradient alone.</summary>
    public static void AddRows(Parameter table, RowGradient gradient) =>
        table.RowGradient = (table.RowGradient is { } earlier ? earlier.With(gradient) : gradient).Keep();

    /// <summary>Ends the use of a gradient that was delivered or taken.</summary>
    public void Drop(Tensor gradient)
    {
        Storage storage = gradient.Storage;
        if (--storage.PendingGradients == 0 && IsOwn(storage))
        {
            storage.Release();
        }
    }

    private static Tensor Hold(Tensor gradient)
    {
        gradient.Storage.PendingGradients++;
        return gradient;
    }

    private bool IsExclusive(Tensor pending) =>
        pending.Storage.PendingGradients == 1 && IsOwn(pending.Storage) && FillsStorage(pending);

    private bool IsOwn(Storage storage) => storage.Number >= _firstOwnStorage || _given?.Contains(storage) == true;

    private static bool FillsStorage(Tensor gradient) =>
        gradient.IsContiguous && gradient.Count * sizeof(float) == gradient.Storage.ByteLength;

    private void AddToLeaf(Tensor leaf, Tensor gradient)
    {
        if (leaf is Parameter { IsRows: true } rows)
        {
            AddInPlace(rows.GradientToAddTo(), gradient);
        }
        else if (leaf.Gradient is { } sum)
        {
            AddInPlace(sum, gradient);
        }
        else if (gradient.Storage.PendingGradients == 0 && IsOwn(gradient.Storage) && FillsStorage(gradient))
        {
            // The leaf takes the gradient over: counted as pending for good, so that the walk neither changes nor returns it.
            leaf.Gradient = KeepFor(leaf, Hold(gradient.Detach()));
        }
        else
        {
            leaf.Gradient = KeepFor(leaf, Copy(gradient));
        }
    }

    // A gradient lives as long as its leaf.
    private static Tensor KeepFor(Tensor leaf, Tensor gradient) =>
        leaf.Storage.Scope == gradient.Storage.Scope ? gradient : gradient.Keep();

    private static void AddInPlace(Tensor sum, Tensor gradient)
    {
        sum.Kernels.Elementwise.AddScaled(sum.Buffer, gradient.Contiguous().Buffer, sum.Count, 1);
        sum.Overwritten();
    }

    private static Tensor Copy(Tensor gradient)
    {
        Tensor copy = Tensor.EmptyLike(gradient);
        copy.Kernels.Elementwise.Copy(gradient.Operand, copy.Operand, copy.Shape);
        return copy;
    }
}
