using System.Text;
using System.Text.Unicode;
using ManagedTransformer.Data.Parquet;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Data.Text;

/// <summary>
/// Texts as Parquet files, as data sets are shipped: columns of texts, which stand for the fields of JSON lines, or a list of structures
/// with <c>role</c> and <c>content</c>. Other columns are not read.
/// </summary>
internal sealed class ParquetRecords
{
    private const string Role = "role", Content = "content";

    private readonly ParquetFile _file;
    private readonly RecordText _records;
    private readonly RecordFields _fields;
    private readonly ParquetField? _text, _prompt, _completion, _messages, _role, _content;
    private long _row;

    private ParquetRecords(ParquetFile file, TextCorpusOptions options)
    {
        RecordFields fields = options.Fields;
        (_file, _records, _fields) = (file, new RecordText(options), fields);
        if (fields.Messages is { } named)
        {
            _messages = Find(named) ?? throw Missing($"no column '{named}'");
        }
        else
        {
            _text = fields.TextToTake is { } text ? Find(text) : null;
            (_prompt, _completion) = fields.PromptsToTake is var (prompt, completion) ? (Find(prompt), Find(completion)) : default;
            bool hasText = _text is not null || (_prompt is not null && _completion is not null);
            (_prompt, _completion) = hasText ? (_prompt, _completion) : default;
            _messages = !hasText && fields.TakesMessages ? Find(fields.MessagesOrUsual) : null;
            if (!hasText && _messages is null)
            {
                throw Missing(fields.DescribeMissing("a ", "column "));
            }
        }

        foreach (ParquetField column in new[] { _text, _prompt, _completion }.OfType<ParquetField>())
        {
            RequireText(column, column.Name, 0);
        }

        if (_messages is not null)
        {
            (_role, _content) = (Member(_messages, Role), Member(_messages, Content));
        }
    }

    /// <summary>The texts of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Names of columns, and what ends a record.</param>
    /// <exception cref="InputException">It is not Parquet or damaged, has no such columns, or something else in them.</exception>
    public static TextPart Read(string path, TextCorpusOptions options)
    {
        using ParquetFile file = ParquetFile.Open(path);
        ParquetRecords records = new(file, options);
        int group = 0;
        foreach (long rows in file.GroupRows)
        {
            records.ReadGroup(group++, rows);
        }

        return records._records.Part ?? throw new InputException($"The file '{path}' has no records.");
    }

    private void ReadGroup(int group, long rows)
    {
        Column? text = Open(_text), prompt = Open(_prompt), completion = Open(_completion), role = Open(_role), content = Open(_content);
        for (long end = _row + rows; _row < end;)
        {
            _row++;
            if (role is not null)
            {
                _records.Add(Messages(role, content!), Place());
                continue;
            }

            // All columns go on with every row.
            string? asks = prompt?.Next(), says = completion?.Next(), whole = text?.Next();
            _fields.RefuseBoth(whole, asks, says, Place());
            if (asks is not null && says is not null)
            {
                _records.Add(asks, says);
            }
            else
            {
                _records.Add(whole ?? throw new InputException(
                    $"{Place()}: the column '{(_text ?? (asks is null ? _prompt : _completion))!.Name}' has no text here."));
            }
        }

        foreach (Column? column in (Column?[])[text, prompt, completion, role, content])
        {
            column?.RequireEnd();
        }

        Column? Open(ParquetField? field) => field is null ? null : new Column(this, group, field);
    }

    // Role and content are columns of their own, with as many values in each row.
    private List<ChatMessage> Messages(Column role, Column content)
    {
        List<ChatMessage> messages = [];
        do
        {
            (string? who, string? what) = (role.Next(), content.Next());
            if (role.Continues != content.Continues || role.IsAbsent != content.IsAbsent)
            {
                throw new InputException($"{Place()}: '{Role}' and '{Content}' of the column '{_messages!.Name}' differ in number.");
            }

            if (!role.IsAbsent)
            {
                messages.Add(who is null || what is null ? throw new InputException(
                    $"{Place()}, message {messages.Count + 1}: the message has no '{(who is null ? Role : Content)}'.") : new(who, what));
            }
        }
        while (role.Continues);

        return messages;
    }

    private ParquetField? Find(string name) => _file.Fields.FirstOrDefault(field => field.Name == name);

    private ParquetField Member(ParquetField messages, string name)
    {
        // A list of structures is a group with a repeated group with the structure.
        ParquetField element = messages;
        while (element.Fields is [{ Type: null }])
        {
            element = element.Fields[0];
        }

        ParquetField? member = element.Fields.Find(field => field.Name == name);
        if (member is null || element.RepetitionLevel != 1)
        {
            throw new InputException($"{_file.Path}: the column '{messages.Name}' holds {messages.Kind}; conversations are lists of "
                + $"structures with '{Role}' and '{Content}'.");
        }

        RequireText(member, $"{messages.Name}.{name}", 1);
        return member;
    }

    private void RequireText(ParquetField column, string name, int repetition)
    {
        if (column is not { IsText: true } || column.RepetitionLevel != repetition)
        {
            throw new InputException($"{_file.Path}: the column '{name}' holds {(column.RepetitionLevel == repetition ? column.Kind
                : "lists")}, not texts.");
        }
    }

    private InputException Missing(string what)
    {
        string[] names = [.. _file.Fields.Select(field => $"'{field.Name}'")];
        string listed = names.Length > 20 ? $"{string.Join(", ", names[..20])} and {names.Length - 20:N0} more" : string.Join(", ", names);
        return new InputException($"{_file.Path} has {what}, but {listed}; data.fields names columns.");
    }

    private string Place() => $"{_file.Path} (row {_row:N0})";

    /// <summary>A column of a group of rows, with errors that name it.</summary>
    private sealed class Column
    {
        private readonly ParquetRecords _records;
        private readonly ParquetField _field;
        private readonly ParquetCursor _cursor;

        public Column(ParquetRecords records, int group, ParquetField field)
        {
            (_records, _field) = (records, field);
            _cursor = Guarded(() => records._file.Read(group, field));
        }

        /// <summary>Whether the list of this row goes on.</summary>
        public bool Continues => _cursor.Continues;

        /// <summary>Whether the list of this row is empty, or there is none.</summary>
        public bool IsAbsent { get; private set; }

        public string? Next() => Guarded(() =>
        {
            _cursor.Read();
            ParquetField list = _records._messages is null ? _field : List(_records._messages);
            IsAbsent = _cursor.DefinitionLevel < list.DefinitionLevel;
            return _cursor.Value is not { } value ? null
                : Utf8.IsValid(value.Span) ? Encoding.UTF8.GetString(value.Span)
                : throw new InvalidDataException("it has a text that is not valid UTF-8");
        });

        public void RequireEnd() => Guarded(() => _cursor.IsAtEnd ? true : throw new InvalidDataException("it has more values than rows"));

        private static ParquetField List(ParquetField field)
        {
            while (field.RepetitionLevel == 0)
            {
                field = field.Fields[0];
            }

            return field;
        }

        private T Guarded<T>(Func<T> read)
        {
            try
            {
                return read();
            }
            catch (Exception e) when (ParquetFile.IsDamage(e) || e is IOException)
            {
                throw new InputException($"{_records.Place()}: the column '{_field.Name}' cannot be read: {ParquetFile.Reason(e)}.", e);
            }
        }
    }
}
