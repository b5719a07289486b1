using System.Text.RegularExpressions;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import.Sources;

/// <summary>The tensors of a checkpoint by name, and which of them have found a use.</summary>
internal sealed partial class StateDictionary
{
    // What programs wrap models in, and what they have in front of names then.
    private static readonly string[] _wrappers = ["module.", "_orig_mod."];

    private static readonly string[] _levels =
        ["model", "state_dict", "model_state", "model_state_dict", "module", "net", "network", "encoder"];

    private const int MostLevels = 3, MostName = 1000;

    private readonly ImportSource _source;
    private readonly Dictionary<string, TorchTensor> _tensors = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal), _ignored = new(StringComparer.Ordinal), _unwrapped = [];

    private StateDictionary(ImportSource source) => _source = source;

    /// <summary>The names in the order of the file.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Names that nothing has used and nothing has ignored.</summary>
    public IEnumerable<string> Left => _names.Where(name => !_used.Contains(name) && !_ignored.Contains(name));

    /// <summary>Names that were ignored.</summary>
    public IEnumerable<string> Ignored => _names.Where(_ignored.Contains);

    /// <summary>The tensors of a dictionary.</summary>
    /// <param name="source">The file.</param>
    /// <param name="value">The dictionary.</param>
    /// <param name="where">Where it stands in the file, for messages.</param>
    /// <exception cref="InputException">It is none, has no tensors, or a name cannot be used.</exception>
    public static StateDictionary From(ImportSource source, PickleValue? value, string where)
    {
        if (value is not PickleDictionary dictionary || !HasTensors(dictionary))
        {
            throw source.Refuse(value is null ? $"it has no {where} with tensors" : $"its {where} holds no tensors under names");
        }

        StateDictionary state = new(source);
        foreach ((PickleValue key, PickleValue entry) in dictionary.Entries)
        {
            if (entry is not PickleTensor tensor)
            {
                continue;
            }

            if (key is not PickleAtom { Value: string { Length: <= MostName } name, HasSurrogates: false } || name.Any(char.IsControl))
            {
                throw source.Refuse(key is PickleAtom { Value: string text }
                    ? $"the name '{PickleText.Quote(text)}' of a tensor is too long, or no plain text"
                    : $"a tensor in {where} has {PickleText.Describe(key)} for a name");
            }

            state._names.Add(name);
            state._tensors.Add(name, tensor.Tensor);
        }

        state.Unwrap();
        return state;
    }

    /// <summary>The tensors of the first dictionary that has some, at most three levels below the top.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static StateDictionary Find(ImportSource source)
    {
        PickleValue value = source.Root;
        string where = "top level";
        for (int level = 0; level < MostLevels && value is PickleDictionary dictionary && !HasTensors(dictionary); level++)
        {
            string? key = _levels.FirstOrDefault(name => dictionary.Get(name) is PickleDictionary inner && HasTensors(inner))
                ?? _levels.FirstOrDefault(name => dictionary.Get(name) is PickleDictionary);
            if (key is null)
            {
                break;
            }

            (value, where) = (dictionary.Get(key)!, key);
        }

        return From(source, value, where);
    }

    /// <summary>Whether there is a tensor of a name.</summary>
    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>The tensor of a name; null where there is none.</summary>
    public TorchTensor? Get(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="InputException">There is none, or of another rank.</exception>
    public TorchTensor Require(string name, int rank)
    {
        TorchTensor tensor = Get(name) ?? throw _source.Refuse($"the tensor '{name}' is missing");
        return tensor.Sizes.Count == rank ? tensor
            : throw _source.Refuse($"the tensor '{name}' has the shape {tensor.Shape()}; it must have {rank} axes");
    }

    /// <summary>A size of a tensor.</summary>
    /// <exception cref="InputException">There is no such tensor, or of another rank, or the size is none of a model.</exception>
    public int Size(string name, int rank, int axis)
    {
        long size = Require(name, rank).Sizes[axis];
        return size is > 0 and < int.MaxValue ? (int)size : throw _source.Refuse($"the tensor '{name}' has the size {size}");
    }

    /// <summary>The elements of a tensor, which has found its use by this.</summary>
    /// <exception cref="InvalidDataException">It holds no floating-point numbers, or the file is damaged.</exception>
    public float[] Read(string name)
    {
        Use(name);
        return TensorReader.Floats(_tensors[name], name);
    }

    /// <summary>Notes that a tensor has found its use.</summary>
    public void Use(string name) => _used.Add(name);

    /// <summary>Notes that tensors need none.</summary>
    /// <param name="names">Says which.</param>
    public void Ignore(Func<string, bool> names)
    {
        foreach (string name in _names.Where(names))
        {
            _ignored.Add(name);
        }
    }

    /// <summary>Whether two tensors show the same storage in the same way, or hold the same numbers.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public bool AreEqual(string first, string second)
    {
        if (Get(first) is not { } a || Get(second) is not { } b || !a.Sizes.SequenceEqual(b.Sizes))
        {
            return false;
        }

        return a.IsSameView(b)
            || TensorReader.Floats(a, first).AsSpan().SequenceEqual(TensorReader.Floats(b, second));
    }

    /// <summary>
    /// The numbers in names such as <c>layers.3.norm.weight</c>, in rising order, each once: of pruned models they have gaps.
    /// </summary>
    /// <param name="prefix">What stands before the number, for instance <c>layers.</c></param>
    public List<int> Numbers(string prefix) =>
    [
        .. _names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => LeadingNumber().Match(name[prefix.Length..]))
            .Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))
            .Distinct()
            .Order(),
    ];

    /// <summary>Replaces tensors by those of the same names, such as moving averages of the weights.</summary>
    public void Replace(StateDictionary others)
    {
        foreach (string name in others._names.Where(_tensors.ContainsKey))
        {
            _tensors[name] = others._tensors[name];
        }
    }

    private void Unwrap()
    {
        foreach (string wrapper in (string[])[.. _wrappers, _wrappers[0]])
        {
            if (_unwrapped.Contains(wrapper) || !_names.All(name => name.StartsWith(wrapper, StringComparison.Ordinal)))
            {
                continue;
            }

            _unwrapped.Add(wrapper);
            string[] names = [.. _names];
            Dictionary<string, TorchTensor> tensors = new(_tensors);
            _names.Clear();
            _tensors.Clear();
            foreach (string name in names)
            {
                _names.Add(name[wrapper.Length..]);
                _tensors.Add(name[wrapper.Length..], tensors[name]);
            }
        }
    }

    private static bool HasTensors(PickleDictionary dictionary) => dictionary.Entries.Any(entry => entry.Value is PickleTensor);

    [GeneratedRegex(@"^(\d{1,6})(\.|_|$)", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingNumber();
}
