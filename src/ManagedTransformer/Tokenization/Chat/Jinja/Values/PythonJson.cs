using System.Globalization;
using System.Text;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>Writes values as <c>json.dumps</c> of Python does.</summary>
internal sealed class PythonJson
{
    // Lists that a program nests in lists it has just made.
    private const int MostDepth = 50;

    private readonly Machine _machine;
    private readonly int _line;
    private readonly StringBuilder _json = new();

    /// <summary>A writer.</summary>
    /// <param name="machine">Where work is counted.</param>
    /// <param name="line">Where the template asks for it.</param>
    public PythonJson(Machine machine, int line) => (_machine, _line) = (machine, line);

    /// <summary>What each level is indented by; null writes all in one line.</summary>
    public string? Indent { get; init; }

    /// <summary>What stands between two values.</summary>
    public string Comma { get; init; } = ", ";

    /// <summary>What stands between a key and its value.</summary>
    public string Colon { get; init; } = ": ";

    /// <summary>Whether keys stand in their order.</summary>
    public bool SortsKeys { get; init; }

    /// <summary>Whether characters beyond ASCII are escaped.</summary>
    public bool IsAscii { get; init; }

    /// <summary>The JSON of a value.</summary>
    /// <exception cref="JinjaException">JSON has no such value.</exception>
    public string Write(object? value)
    {
        _json.Clear();
        Write(value, 0);
        return _json.ToString();
    }

    private void Write(object? value, int depth)
    {
        _machine.Charge(1, _line);
        if (depth > MostDepth)
        {
            throw new JinjaException("lists are nested too deeply for tojson", _line);
        }

        switch (value)
        {
            case string text:
                WriteText(text);
                break;
            case null:
                _json.Append("null");
                break;
            case bool flag:
                _json.Append(flag ? "true" : "false");
                break;
            case long number:
                _json.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case double number:
                _json.Append(double.IsFinite(number) ? PrintedText.Of(number)
                    : double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } sequence:
                WriteAll(sequence.Items, '[', ']', depth, item => Write(item, depth + 1));
                break;
            case Mapping mapping:
                IEnumerable<KeyValuePair<string, object?>> members =
                    SortsKeys ? mapping.OrderBy(member => member.Key, Comparer<string>.Create(CodePoints.Compare)) : mapping;
                WriteAll([.. members], '{', '}', depth, member =>
                {
                    WriteText(member.Key);
                    _json.Append(Colon);
                    Write(member.Value, depth + 1);
                });
                break;
            default:
                throw new JinjaException($"{Kinds.Name(value)} cannot become JSON", _line);
        }
    }

    private void WriteAll<T>(IReadOnlyList<T> items, char open, char close, int depth, Action<T> write)
    {
        _json.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            _json.Append(i > 0 ? Comma : "");
            BreakLine(depth + 1);
            write(items[i]);
        }

        if (items.Count > 0)
        {
            BreakLine(depth);
        }

        _json.Append(close);
    }

    private void BreakLine(int depth)
    {
        if (Indent is null)
        {
            return;
        }

        _machine.Charge(1 + (depth * (long)Indent.Length), _line);
        _json.Append('\n');
        for (int i = 0; i < depth; i++)
        {
            _json.Append(Indent);
        }
    }

    private void WriteText(string text)
    {
        _machine.Charge(text.Length, _line);
        _json.Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => _json.Append("\\\""),
                '\\' => _json.Append("\\\\"),
                '\n' => _json.Append("\\n"),
                '\r' => _json.Append("\\r"),
                '\t' => _json.Append("\\t"),
                '\f' => _json.Append("\\f"),
                '\b' => _json.Append("\\b"),
                _ when c < ' ' || (IsAscii && c > '~') => _json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => _json.Append(c),
            };
        }

        _json.Append('"');
    }
}
