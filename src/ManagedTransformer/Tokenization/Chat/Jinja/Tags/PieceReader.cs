using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>
/// Divides a template into text, outputs and tags, and takes white space away as transformers asks Jinja to: the newline behind a tag
/// (<c>trim_blocks</c>), blanks before a tag that stands first in its line (<c>lstrip_blocks</c>), one newline at the end of the template,
/// and all of it beside a minus sign.
/// </summary>
internal sealed class PieceReader
{
    private readonly string _template;
    private readonly List<Piece> _pieces = [];
    private int _position, _line = 1;
    private bool _startsLine = true;

    private PieceReader(string template) => _template = template;

    /// <summary>Divides a template.</summary>
    public static IReadOnlyList<Piece> Read(string template)
    {
        template = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        PieceReader reader = new(template.EndsWith('\n') ? template[..^1] : template);
        while (reader._position < reader._template.Length)
        {
            reader.ReadPiece();
        }

        return reader._pieces;
    }

    private void ReadPiece()
    {
        int open = _position;
        while (open + 1 < _template.Length && !(_template[open] == '{' && _template[open + 1] is '{' or '%' or '#'))
        {
            open++;
        }

        if (open + 1 >= _template.Length)
        {
            AddText(_template[_position..]);
            _position = _template.Length;
            return;
        }

        char kind = _template[open + 1];
        char sign = open + 2 < _template.Length ? _template[open + 2] : ' ';
        string text = _template[_position..open];
        int line = _line + text.AsSpan().Count('\n');
        AddText(sign == '-' ? CodePoints.Strip(text, null, false, true) : sign != '+' && kind != '{' ? WithoutIndent(text) : text);
        int end = kind switch
        {
            '{' => FindEnd(open, line, '}'),
            '%' => FindEnd(open, line, '%'),
            _ => Closed(_template.IndexOf("#}", open + 2, StringComparison.Ordinal), line),
        };
        int first = open + 2 + (sign is '-' or '+' ? 1 : 0);
        char last = end > first ? _template[end - 1] : ' ';
        string inner = first <= end ? _template[first..(last is '-' or '+' ? end - 1 : end)] : "";
        if (kind != '#')
        {
            _pieces.Add(new(kind == '{' ? PieceKind.Output : PieceKind.Tag, inner, line));
        }

        Continue(end + 2, last, kind);
        _line = 1 + _template.AsSpan(0, _position).Count('\n');
    }

    private void AddText(string text)
    {
        if (text.Length > 0)
        {
            _pieces.Add(new(PieceKind.Text, text, _line));
        }
    }

    private string WithoutIndent(string text)
    {
        int start = text.LastIndexOf('\n') + 1;
        return (start > 0 || _startsLine) && text[start..].All(CodePoints.IsSpace) ? text[..start] : text;
    }

    private void Continue(int position, char sign, char kind)
    {
        int start = position;
        if (sign == '-')
        {
            while (position < _template.Length && CodePoints.IsSpace(_template[position]))
            {
                position++;
            }
        }
        else if (kind != '{' && sign != '+' && position < _template.Length && _template[position] == '\n')
        {
            position++;
        }

        _startsLine = position > start && _template[position - 1] == '\n';
        _position = position;
    }

    // Quotes may hold braces, and an output may hold a mapping.
    private int FindEnd(int open, int line, char close)
    {
        char quote = '\0';
        for (int i = open + 2, depth = 0; i + 1 < _template.Length; i++)
        {
            char c = _template[i];
            if (quote != '\0')
            {
                i += c == '\\' ? 1 : 0;
                quote = c == quote ? '\0' : quote;
            }
            else if (c == close && _template[i + 1] == '}' && depth == 0)
            {
                return i;
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else
            {
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            }
        }

        return Closed(-1, line);
    }

    private static int Closed(int end, int line) =>
        end >= 0 ? end : throw new JinjaException("what begins with a brace here is not closed", line);
}
