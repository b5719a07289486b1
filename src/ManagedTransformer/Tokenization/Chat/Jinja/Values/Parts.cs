namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>Items of values: those that loops go over, and those from one place to another.</summary>
internal static class Parts
{
    /// <summary>What a loop goes over: items of a list, characters of a string, keys of a mapping.</summary>
    public static IReadOnlyList<object?> Items(Machine machine, object? value, int line)
    {
        IReadOnlyList<object?> items = value switch
        {
            Sequence sequence => sequence.Take(),
            string text => CodePoints.Of(text),
            Mapping mapping => [.. mapping.Keys],
            Undefined => [],
            _ => throw new JinjaException($"{Kinds.Name(value)} has no items", line),
        };
        machine.Charge(value is Sequence ? 1 : items.Count, line);
        return items;
    }

    /// <summary>How many items a value has.</summary>
    public static long Count(Machine machine, object? value, int line)
    {
        machine.Charge((value as string)?.Length ?? 1, line);
        return value switch
        {
            string text => CodePoints.Count(text),
            Sequence { Kind: not SequenceKind.Generator } sequence => sequence.Items.Count,
            Mapping mapping => mapping.Count,
            Undefined => 0,
            _ => throw new JinjaException($"{Kinds.Name(value)} has no length", line),
        };
    }

    /// <summary>The item at a place, from the end where it is negative; <see cref="Undefined"/> where there is none.</summary>
    public static object? At(Machine machine, object? value, long place, int line)
    {
        if (value is not (string or Sequence { Kind: SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range }))
        {
            return new Undefined($"[{place}]");
        }

        IReadOnlyList<object?> items = Items(machine, value, line);
        long index = place < 0 ? place + items.Count : place;
        return index >= 0 && index < items.Count ? items[(int)index] : new Undefined($"[{place}]");
    }

    /// <summary>value[start:stop:step]</summary>
    public static object Slice(Machine machine, object? value, long? start, long? stop, long? step, int line)
    {
        if (value is not (string or Sequence { Kind: SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range }))
        {
            throw new JinjaException($"{Kinds.Name(value)} has no parts from one place to another", line);
        }

        IReadOnlyList<object?> items = Items(machine, value, line);
        List<object?> part = [];
        long by = step ?? 1, count = items.Count;
        if (by == 0)
        {
            throw new JinjaException("a step of 0 leads nowhere", line);
        }

        // As far as a slice has to go, a large step is as good as any larger one.
        by = Math.Clamp(by, -count - 1, count + 1);
        long lowest = by > 0 ? 0 : -1, highest = by > 0 ? count : count - 1;
        long first = Place(start, by > 0 ? lowest : highest), end = Place(stop, by > 0 ? highest : lowest);
        for (long i = first; by > 0 ? i < end : i > end; i += by)
        {
            part.Add(items[(int)i]);
        }

        machine.Charge(part.Count, line);
        return value is Sequence sequence ? new Sequence(sequence.Kind, part) : string.Concat(part.Cast<string>());

        long Place(long? place, long absent) =>
            place is { } given ? Math.Clamp(given < 0 ? given + count : given, lowest, highest) : absent;
    }
}
