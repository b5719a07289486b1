using System.Text.RegularExpressions;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Torch;

namespace ManagedTransformer.Tests.Import;

/// <summary>A checkpoint as another program would write it, made of a model of this library by rules that are written down backwards.
/// </summary>
internal sealed class ForeignFile
{
    private readonly Dictionary<string, (float[] Values, long[] Sizes)> _tensors = [];
    private readonly Dictionary<string, Tensor> _own;
    private readonly List<(string Name, object? Value)> _settings = [];
    private readonly List<string> _order = [];
    private readonly List<(string Key, byte[] Bytes)> _storages = [];

    /// <summary>The tensors of a model, every value of which is made random first.</summary>
    public ForeignFile(Module module)
    {
        RandomSource random = new(11);
        using NoGradientScope _ = new();
        _own = ModuleWeights.Tensors(module).ToDictionary(entry => entry.Name, entry => entry.Buffer);
        foreach ((string name, Tensor tensor) in _own)
        {
            bool isRatio = name.EndsWith("span.ratio", StringComparison.Ordinal) || name.EndsWith("running_var", StringComparison.Ordinal);
            Tensor values = isRatio
                ? Tensor.Uniform(tensor.Shape, 0.1f, 0.9f, random.NextKey())
                : Tensor.Normal(tensor.Shape, name.Contains("norm", StringComparison.Ordinal) ? 1 : 0, 0.2f, random.NextKey());
            tensor.Detach().Assign(values);
            this[name] = (values.ToArray(), [.. tensor.Shape.ToArray().Select(size => (long)size)]);
        }
    }

    public (float[] Values, long[] Sizes) this[string name]
    {
        get => _tensors[name];
        set
        {
            if (!_tensors.ContainsKey(name))
            {
                _order.Add(name);
            }

            _tensors[name] = value;
        }
    }

    /// <summary>Changes the values of a tensor, in the model and here; the name is still the model's.</summary>
    public ForeignFile Change(string name, Func<float[], float[]> change)
    {
        (float[] values, long[] sizes) = _tensors[name];
        this[name] = (change(values), sizes);
        _own[name].Detach().CopyFrom(this[name].Values);
        return this;
    }

    /// <summary>Changes every value here, not in the model.</summary>
    public ForeignFile Change(Func<float, float> change)
    {
        foreach (string name in _order)
        {
            _tensors[name] = ([.. _tensors[name].Values.Select(change)], _tensors[name].Sizes);
        }

        return this;
    }

    /// <summary>Renames tensors: what a pattern matches is replaced.</summary>
    public ForeignFile Rename(string pattern, string replacement)
    {
        foreach (string name in _order.ToArray().Where(name => Regex.IsMatch(name, pattern)))
        {
            (float[], long[]) tensor = _tensors[name];
            Remove(name);
            this[Regex.Replace(name, pattern, replacement)] = tensor;
        }

        return this;
    }

    public ForeignFile Remove(string name)
    {
        _order.Remove(name);
        _tensors.Remove(name);
        return this;
    }

    /// <summary>Puts tensors one behind the other along their first axis.</summary>
    public ForeignFile Join(string joined, params string[] names)
    {
        float[] values = [.. names.SelectMany(name => _tensors[name].Values)];
        long[] sizes = [names.Sum(name => _tensors[name].Sizes[0]), .. _tensors[names[0]].Sizes.Skip(1)];
        foreach (string name in names)
        {
            Remove(name);
        }

        this[joined] = (values, sizes);
        return this;
    }

    /// <summary>Swaps the last two axes.</summary>
    public ForeignFile Transpose(string name)
    {
        (float[] values, long[] sizes) = _tensors[name];
        int rows = (int)sizes[^2], columns = (int)sizes[^1], matrix = rows * columns;
        float[] turned = [.. Enumerable.Range(0, values.Length).Select(i =>
            values[(i / matrix * matrix) + (i % rows * columns) + (i % matrix / rows)])];
        this[name] = (turned, [.. sizes.SkipLast(2), columns, rows]);
        return this;
    }

    public ForeignFile Reshape(string name, params long[] sizes)
    {
        this[name] = (_tensors[name].Values, sizes);
        return this;
    }

    public ForeignFile Set(string name, object? value)
    {
        _settings.Add((name, value));
        return this;
    }

    /// <summary>The names of tensors that a pattern matches.</summary>
    public string[] Names(string pattern) => [.. _order.Where(name => Regex.IsMatch(name, pattern))];

    /// <summary>Writes the file: settings under a name, as a namespace or a dictionary, and the tensors under <c>model</c>.</summary>
    public void Write(string path, string? settings, bool isNamespace = true, Action<PickleBuilder>? more = null)
    {
        PickleBuilder pickle = new();
        _storages.Clear();
        pickle.Op("}(");
        if (settings is not null)
        {
            WriteSettings(pickle.Text(settings), isNamespace);
        }

        more?.Invoke(pickle);
        WriteTensors(pickle.Text("model"));
        Save(path, pickle.Op("u."));
    }

    /// <summary>Writes the settings.</summary>
    public void WriteSettings(PickleBuilder pickle, bool isNamespace)
    {
        pickle = isNamespace ? pickle.Global("argparse", "Namespace").Op((byte)')', 0x81) : pickle;
        pickle.Op("}(");
        foreach ((string name, object? value) in _settings)
        {
            Value(pickle.Text(name), value);
        }

        pickle.Op(isNamespace ? "ub" : "u");
    }

    /// <summary>Writes a dictionary of the tensors, whose elements go into another file where one is given.</summary>
    public PickleBuilder WriteTensors(PickleBuilder pickle, ForeignFile? into = null)
    {
        List<(string Key, byte[] Bytes)> storages = (into ?? this)._storages;
        pickle.Op("}(");
        foreach (string name in _order)
        {
            TestTensor tensor = TestTensor.Of($"{storages.Count}", _tensors[name].Values, _tensors[name].Sizes);
            storages.Add((tensor.Key, tensor.Bytes));
            pickle.Text(name).Tensor("FloatStorage", tensor.Key, tensor.Count, 0, tensor.Sizes, tensor.Strides);
        }

        return pickle.Op("u");
    }

    private void Save(string path, PickleBuilder pickle) =>
        File.WriteAllBytes(path, ZipBuilder.Checkpoint(pickle.ToArray(), [.. _storages]).ToArray());

    private static void Value(PickleBuilder pickle, object? value)
    {
        switch (value)
        {
            case null:
                pickle.Op("N");
                break;
            case bool truth:
                pickle.Op(truth ? (byte)0x88 : (byte)0x89);
                break;
            case int number:
                pickle.Int(number);
                break;
            case double number:
                byte[] bytes = BitConverter.GetBytes(number);
                pickle.Op("G").Op([.. bytes.Reverse()]);
                break;
            case string text:
                pickle.Text(text);
                break;
            case object[] items:
                pickle.Op("](");
                foreach (object item in items)
                {
                    Value(pickle, item);
                }

                pickle.Op("e");
                break;
            case Dictionary<string, int> entries:
                pickle.Op("}(");
                foreach ((string key, int entry) in entries)
                {
                    pickle.Text(key).Int(entry);
                }

                pickle.Op("u");
                break;
            case (int layer, string place):
                pickle.Op("(").Int(layer).Text(place).Op("t");
                break;
            default:
                throw new NotSupportedException($"{value.GetType()}");
        }
    }
}
