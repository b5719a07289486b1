using System.Text;

namespace ManagedTransformer.Data.Parquet;

/// <summary>Reads the fields of a file, which are written in the order of a tree.</summary>
internal sealed class ParquetSchema
{
    private const int MostDepth = 32, Required = 0, Repeated = 2;

    // Annotations of bytes that are text: the older ones (UTF8, ENUM, JSON) and the fields of the newer ones.
    private static readonly int[] _textKinds = [0, 4, 19], _textFields = [1, 4, 12];

    private readonly List<Element> _elements;
    private int _place, _columns;

    private ParquetSchema(List<Element> elements) => _elements = elements;

    /// <summary>The fields of the file.</summary>
    /// <param name="thrift">Stands in front of the list.</param>
    /// <param name="type">The type of the list's field.</param>
    /// <returns>Them, and the number of columns.</returns>
    /// <exception cref="InvalidDataException">The schema is damaged.</exception>
    public static (List<ParquetField> Fields, int Columns) Read(ThriftReader thrift, ThriftType type)
    {
        List<Element> elements = thrift.ReadList(type, ThriftType.Structure, () => ReadElement(thrift));
        Require(elements.Count > 0);
        ParquetSchema schema = new(elements) { _place = 1 };
        List<ParquetField> fields = [];
        schema.ReadChildren(elements[0].Children, 0, 0, fields, 0);
        Require(schema._place == elements.Count);
        return (fields, schema._columns);
    }

    private void ReadChildren(int count, int definition, int repetition, List<ParquetField> fields, int depth)
    {
        Require(depth <= MostDepth && count >= 0 && count <= _elements.Count - _place);
        for (int i = 0; i < count; i++)
        {
            Require(_place < _elements.Count);
            Element element = _elements[_place++];
            bool isGroup = element.Type is null;
            ParquetField field = new(
                element.Name, element.Type, element.IsText, definition + (element.Repetition == Required ? 0 : 1),
                repetition + (element.Repetition == Repeated ? 1 : 0), isGroup ? -1 : _columns++);
            fields.Add(field);
            if (isGroup)
            {
                ReadChildren(element.Children, field.DefinitionLevel, field.RepetitionLevel, field.Fields, depth + 1);
            }
        }
    }

    private static Element ReadElement(ThriftReader thrift)
    {
        string name = "";
        int? storage = null, kind = null, logical = null;
        int children = 0, repetition = Required;
        thrift.ReadStructure((field, type) =>
        {
            switch (field)
            {
                case 1:
                    storage = thrift.ReadInteger32(type);
                    return true;
                case 3:
                    repetition = thrift.ReadInteger32(type);
                    return true;
                case 4:
                    name = Encoding.UTF8.GetString(thrift.ReadBinary(type));
                    return true;
                case 5:
                    children = thrift.ReadInteger32(type);
                    return true;
                case 6:
                    kind = thrift.ReadInteger32(type);
                    return true;
                case 10 when type == ThriftType.Structure:
                    thrift.ReadStructure((annotation, _) =>
                    {
                        logical = annotation;
                        return false;
                    });
                    return true;
                default:
                    return false;
            }
        });
        Require(storage is null or (>= 0 and <= (int)ParquetType.FixedLengthByteArray) && repetition is >= 0 and <= Repeated);
        bool isText = storage == (int)ParquetType.ByteArray
            && (logical is { } annotated ? _textFields.Contains(annotated) : kind is not { } older || _textKinds.Contains(older));
        return new Element(name, (ParquetType?)storage, isText, repetition, children);
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("its schema is damaged");
        }
    }

    private readonly record struct Element(string Name, ParquetType? Type, bool IsText, int Repetition, int Children);
}
