using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>What the names of <see cref="PickleGlobals"/> do with their arguments: a fixed table, no code of the file.</summary>
/// <param name="budget">Pays for what is made.</param>
/// <param name="storages">Knows the storages that tensors name.</param>
internal sealed class PickleObjects(PickleBudget budget, IStorageTable storages)
{
    private const int DictionaryBytes = 400, ObjectBytes = 120, MostSizes = 32;

    /// <summary>What REDUCE and NEWOBJ make.</summary>
    /// <param name="callee">The name.</param>
    /// <param name="arguments">A tuple.</param>
    /// <param name="isNew">Whether it is NEWOBJ.</param>
    /// <param name="tensorName">What messages call a tensor that is made.</param>
    /// <exception cref="PickleException">Something else is called, or the arguments are wrong.</exception>
    public PickleValue Create(PickleValue callee, PickleValue arguments, bool isNew, string tensorName)
    {
        if (callee is not PickleGlobal global)
        {
            throw Sentence($"the pickle calls {PickleText.Describe(callee)}; nothing was executed");
        }

        if (arguments is not PickleSequence { Kind: SequenceKind.Tuple } tuple)
        {
            throw Wrong(global, "no tuple");
        }

        IReadOnlyList<PickleValue> given = tuple.Items;
        if (isNew && global.Kind is not (GlobalKind.Namespace or GlobalKind.Parameter or GlobalKind.Opaque))
        {
            throw Wrong(global, "an operation that makes objects");
        }

        switch (global.Kind)
        {
            case GlobalKind.OrderedDictionary:
                return given.Count <= 1 ? Ordered(global, given) : throw Wrong(global, $"{given.Count} arguments");
            case GlobalKind.OtherDictionary:
                return OtherDictionary(global, given);
            case GlobalKind.Tensor:
                return Tensor(global, given, 4, 4, tensorName);
            case GlobalKind.TensorV2:
                return Tensor(global, given, 6, 7, tensorName);
            case GlobalKind.TensorV3:
                return Tensor(global, given, 7, 8, tensorName);
            case GlobalKind.RebuiltParameter:
                return Wrapped(global, given, 3, 3);
            case GlobalKind.RebuiltParameterWithState:
                return Wrapped(global, given, 4, 4);
            case GlobalKind.Parameter:
                return Wrapped(global, given, 1, 2);
            case GlobalKind.Size:
                return Size(global, given);
            case GlobalKind.Namespace when given.Count == 0:
                budget.Charge(DictionaryBytes);
                return new PickleRecord();
            case GlobalKind.Set:
                return Set(global, given);
            case GlobalKind.Encode or GlobalKind.NumpyScalar or GlobalKind.NumpyReconstruct or GlobalKind.NumpyType:
                budget.Charge(ObjectBytes);
                return NumpyObjects.Create(global, given, budget) ?? throw Wrong(global, "other arguments than it has");
            case GlobalKind.Opaque:
                budget.Charge(ObjectBytes);
                return new PickleOpaque(global.Name);
            default:
                throw Wrong(global, "arguments that it does not have");
        }
    }

    /// <summary>What BUILD makes of a value.</summary>
    /// <param name="target">The value.</param>
    /// <param name="state">Its saved state.</param>
    /// <exception cref="PickleException">The value has none, or another one.</exception>
    public PickleValue Build(PickleValue target, PickleValue state)
    {
        switch (target)
        {
            // _metadata of state dictionaries, which nobody needs.
            case PickleDictionary when state is PickleDictionary:
            case PickleOpaque opaque when opaque.Name != NumpyObjects.Array:
                return target;
            case PickleRecord record when state is PickleDictionary fields:
                const int EntryBytes = 64;
                budget.Charge((long)EntryBytes * fields.Entries.Count);
                record.Fill(fields, budget);
                return record;
            case PickleNumpyType type when NumpyObjects.TrySetOrder(type, state):
            case PickleOpaque when NumpyObjects.IsArrayState(state):
                return target;
            default:
                throw Sentence($"the pickle gives {PickleText.Describe(target)} a state that it cannot have; nothing was executed");
        }
    }

    /// <summary>The storage that a persistent id names.</summary>
    /// <exception cref="PickleException">It names something else, or is malformed.</exception>
    public PickleStorage FindStorage(PickleValue id)
    {
        if (id is not PickleSequence { Kind: SequenceKind.Tuple, Items: [PickleAtom { Value: string tag }, ..] items })
        {
            throw new PickleException("a persistent id is no tuple that begins with a text");
        }

        if (tag != "storage")
        {
            throw Sentence($"the pickle has a persistent id '{PickleText.Quote(tag)}'; only storages have one in a checkpoint");
        }

        if (items is not [_, PickleGlobal { Kind: GlobalKind.StorageType } type, PickleAtom { Value: string key },
            PickleAtom { Value: string }, PickleAtom { Value: long count }, ..] || items.Count > 6)
        {
            throw new PickleException("a storage is not described by type, key, location and length");
        }

        if (key.Length is 0 or > 20 || !key.All(char.IsAsciiDigit))
        {
            throw Sentence($"the key of a storage is '{PickleText.Quote(key)}'; keys are numbers");
        }

        if (count < 0 || count > long.MaxValue / 16)
        {
            throw Sentence($"the storage {key} claims {count} elements");
        }

        budget.Charge(ObjectBytes * 2);
        TorchStorage root = storages.Find(key, type.Type, count);
        return items.Count == 6 ? View(root, items[5]) : new PickleStorage(root, 0, count);
    }

    private static PickleStorage View(TorchStorage root, PickleValue view) => view switch
    {
        PickleAtom { Value: null } => new PickleStorage(root, 0, root.Count),
        PickleSequence { Items: [PickleAtom { Value: string }, PickleAtom { Value: long offset }, PickleAtom { Value: long count }] } =>
            offset >= 0 && count >= 0 && offset <= root.Count - count
                ? new PickleStorage(root, offset, count)
                : throw Sentence($"a view of the storage {root.Key} has {count} elements from {offset} on, past its {root.Count}"),
        _ => throw new PickleException("a view of a storage is not described by key, offset and length"),
    };

    private PickleTensor Tensor(PickleGlobal global, IReadOnlyList<PickleValue> given, int least, int most, string name)
    {
        if (given.Count < least || given.Count > most || given is not [PickleStorage storage, PickleAtom { Value: long offset }, ..])
        {
            throw Wrong(global, "other arguments than storage, offset, sizes and strides");
        }

        long[] sizes = Sizes(global, given[2]), strides = Sizes(global, given[3]);
        SafetensorsType type = storage.Root.Type;
        long available = storage.Count, start = storage.Start;
        if (global.Kind == GlobalKind.TensorV3)
        {
            if (given[6] is not PickleGlobal { Kind: GlobalKind.ElementType } element
                || (type != SafetensorsType.Other && type != element.Type))
            {
                throw Wrong(global, "no type of elements, or another one than its storage has");
            }

            int size = type == SafetensorsType.Other ? element.Type.Size() : 1;
            if (start % size != 0)
            {
                throw Wrong(global, "a storage that begins inside an element");
            }

            (type, available, start) = (element.Type, available / size, start / size);
        }
        else if (type == SafetensorsType.Other)
        {
            throw Wrong(global, "a storage without a type");
        }

        try
        {
            TorchTensor tensor = TorchTensor.Create(name, storage.Root, type, available, start, offset, sizes, strides);
            budget.Count(tensor);
            return new PickleTensor(tensor);
        }
        catch (InvalidDataException e)
        {
            throw Sentence(e.Message.TrimEnd('.'));
        }
    }

    private static long[] Sizes(PickleGlobal global, PickleValue value)
    {
        if (value is not PickleSequence { Kind: not SequenceKind.Set } sequence || sequence.Items.Count > MostSizes * 2
            || sequence.Items.Any(item => item is not PickleAtom { Value: long }))
        {
            throw Wrong(global, "sizes or strides that are no list of whole numbers below 2^63");
        }

        return [.. sequence.Items.Select(item => (long)((PickleAtom)item).Value!)];
    }

    private static PickleValue Wrapped(PickleGlobal global, IReadOnlyList<PickleValue> given, int least, int most) =>
        given.Count >= least && given.Count <= most && given[0] is PickleTensor
            ? given[0]
            : throw Wrong(global, "other arguments than a tensor and what belongs to it");

    private PickleSequence Size(PickleGlobal global, IReadOnlyList<PickleValue> given)
    {
        if (given is not [PickleSequence { Kind: not SequenceKind.Set } sizes])
        {
            throw Wrong(global, "no list of sizes");
        }

        return Copy(sizes, SequenceKind.Tuple);
    }

    private PickleSequence Set(PickleGlobal global, IReadOnlyList<PickleValue> given) => given is [PickleSequence members]
        ? Copy(members, SequenceKind.Set)
        : throw Wrong(global, "no list of members");

    private PickleSequence Copy(PickleSequence members, SequenceKind kind)
    {
        const int ItemBytes = 16;
        budget.Charge(ObjectBytes + ((long)ItemBytes * members.Items.Count));
        PickleSequence copy = new(kind);
        foreach (PickleValue member in members.Items)
        {
            copy.Add(member);
        }

        return copy;
    }

    private PickleDictionary Ordered(PickleGlobal global, IReadOnlyList<PickleValue> given)
    {
        budget.Charge(DictionaryBytes);
        PickleDictionary dictionary = new();
        IReadOnlyList<PickleValue> pairs = given switch
        {
            [] => [],
            [PickleSequence list] => list.Items,
            _ => throw Wrong(global, "no list of pairs"),
        };
        budget.Charge((long)ObjectBytes * pairs.Count);
        foreach (PickleValue pair in pairs)
        {
            if (pair is not PickleSequence { Kind: not SequenceKind.Set, Items: [var key, var value] })
            {
                throw Wrong(global, "no list of pairs");
            }

            dictionary.Set(key, value, budget);
        }

        return dictionary;
    }

    private PickleDictionary OtherDictionary(PickleGlobal global, IReadOnlyList<PickleValue> given)
    {
        switch (given)
        {
            // A Counter's numbers; the dictionary is the file's own and serves as it is.
            case [PickleDictionary counted]:
                return counted;
            case []:
            case [PickleGlobal or PickleAtom { Value: null }]:
                budget.Charge(DictionaryBytes);
                return new PickleDictionary();
            default:
                throw Wrong(global, "an argument that is no class");
        }
    }

    private static PickleException Wrong(PickleGlobal global, string what) =>
        Sentence($"the pickle calls {global.Name} with {what}; nothing was executed");

    private static PickleException Sentence(string message) => new(message) { IsWholeSentence = true };
}
