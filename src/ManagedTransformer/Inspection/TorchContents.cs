using System.Globalization;
using System.Numerics;
using System.Text.Json;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Torch;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Inspection;

/// <summary>What a file of PyTorch holds: its tensors under the keys that lead to them, and the plain values beside them.</summary>
internal sealed class TorchContents
{
    private const int MostDepth = 16, MostSettingsDepth = 3, MostSettings = 2000, MostItems = 50, MostText = 200;

    // Characters of all names, each of which counts as some more for what is listed beside it.
    private const int MostNames = 16 << 20, ListedCharacters = 64;

    // Values of these keys are hyper-parameters; of others only single values at the top are.
    private static readonly string[] _settings =
        ["args", "cfg", "config", "params", "hparams", "hyper_parameters", "opt", "options", "settings"];

    private readonly List<TensorSummary> _tensors = [];
    private readonly HashSet<PickleValue> _visited = new(ReferenceEqualityComparer.Instance);
    private int _left = MostSettings, _names;

    private TorchContents()
    {
    }

    /// <summary>The tensors.</summary>
    public IReadOnlyList<TensorSummary> Tensors => _tensors;

    /// <summary>The hyper-parameters: an object, whose members may be objects.</summary>
    public byte[] Settings { get; private set; } = [];

    /// <summary>Looks through a file. Elements of tensors are not read.</summary>
    /// <param name="file">The file.</param>
    public static TorchContents Of(TorchFile file)
    {
        TorchContents contents = new();
        contents.FindTensors(file.Root);
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            if (ForeignSettings.Of(file.Root) is { } top)
            {
                contents.WriteSettings(json, top);
            }

            json.WriteEndObject();
        }

        contents.Settings = stream.ToArray();
        return contents;
    }

    // With a stack of its own: values may hold one another in circles.
    private void FindTensors(PickleValue root)
    {
        Stack<(PickleValue Value, Step? Path, int Depth)> open = new([(root, null, 0)]);
        while (open.TryPop(out (PickleValue Value, Step? Path, int Depth) next))
        {
            if (next.Value is PickleTensor { Tensor: var tensor })
            {
                _tensors.Add(new TensorSummary(
                    Name(next.Path), tensor.Type.Name(), tensor.Sizes, tensor.Count, tensor.Count * tensor.Type.Size()));
                continue;
            }

            if (next.Value is not PickleContainer || next.Depth == MostDepth || !_visited.Add(next.Value))
            {
                continue;
            }

            foreach ((PickleValue value, string key) in Members(next.Value).Reverse())
            {
                if (value is PickleContainer or PickleTensor)
                {
                    open.Push((value, new Step(next.Path, key), next.Depth + 1));
                }
            }
        }
    }

    // One object may stand under very many names, and so a small file have long ones.
    private string Name(Step? path)
    {
        List<string> keys = [];
        for (Step? step = path; step is not null; step = step.Before)
        {
            keys.Add(step.Key);
        }

        keys.Reverse();
        string name = string.Join('.', keys);
        _names += name.Length + ListedCharacters;
        return _names <= MostNames ? name : throw new InvalidDataException(
            $"the names of its tensors together have more than {MostNames} characters.");
    }

    private static IEnumerable<(PickleValue Value, string Key)> Members(PickleValue container) => container switch
    {
        PickleSequence sequence => sequence.Items.Select((item, i) => (item, i.ToString(CultureInfo.InvariantCulture))),
        _ => ForeignSettings.Of(container)?.Entries.Select(entry => (entry.Value, Key(entry.Key))) ?? [],
    };

    private void WriteSettings(Utf8JsonWriter json, PickleDictionary top)
    {
        HashSet<string> names = [];
        foreach ((PickleValue key, PickleValue value) in top.Entries)
        {
            string name = Key(key);
            if ((value is PickleAtom || _settings.Contains(name)) && names.Add(name))
            {
                WriteMember(json, name, value, 1);
            }
        }
    }

    private void WriteMember(Utf8JsonWriter json, string name, PickleValue value, int depth)
    {
        if (--_left < 0)
        {
            return;
        }

        switch (value)
        {
            case PickleAtom atom:
                json.WritePropertyName(name);
                WriteAtom(json, atom);
                break;
            case PickleSequence sequence when sequence.Items.Count <= MostItems && sequence.Items.All(item => item is PickleAtom):
                json.WriteStartArray(name);
                foreach (PickleValue item in sequence.Items)
                {
                    WriteAtom(json, (PickleAtom)item);
                }

                json.WriteEndArray();
                break;
            case PickleDictionary or PickleRecord when depth <= MostSettingsDepth:
                json.WriteStartObject(name);
                HashSet<string> names = [];
                foreach ((PickleValue key, PickleValue member) in ForeignSettings.Of(value)!.Entries)
                {
                    if (names.Add(Key(key)))
                    {
                        WriteMember(json, Key(key), member, depth + 1);
                    }
                }

                json.WriteEndObject();
                break;
            default:
                break;
        }
    }

    private static void WriteAtom(Utf8JsonWriter json, PickleAtom atom)
    {
        switch (atom.Value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case string text:
                json.WriteStringValue(Short(text));
                break;
            case byte[] bytes:
                json.WriteStringValue($"{bytes.Length} bytes");
                break;
            default:
                json.WriteStringValue(Short(((IFormattable)atom.Value).ToString(null, CultureInfo.InvariantCulture)));
                break;
        }
    }

    private static string Key(PickleValue key) => key switch
    {
        PickleAtom { Value: string text } => PickleText.Clean(Short(text)),
        PickleAtom { Value: long or double or BigInteger } atom =>
            Short(((IFormattable)atom.Value!).ToString(null, CultureInfo.InvariantCulture)),
        PickleAtom { Value: bool truth } => truth ? "true" : "false",
        _ => PickleText.Describe(key),
    };

    private static string Short(string text) => text.Length > MostText ? text[..MostText] + "..." : text;

    private sealed record Step(Step? Before, string Key);
}
