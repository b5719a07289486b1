using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ManagedTransformer.Documents.Tests.References;

/// <summary>Summaries of the library's XML documentation, as Markdown.</summary>
internal sealed partial class XmlComments
{
    private readonly Dictionary<string, XElement> _summaries = [];

    /// <summary>Reads the documentation beside an assembly.</summary>
    /// <param name="types">Types of the assemblies.</param>
    public XmlComments(params Type[] types)
    {
        foreach (Type type in types)
        {
            foreach (XElement member in XDocument.Load(Path.ChangeExtension(type.Assembly.Location, ".xml")).Descendants("member"))
            {
                if (member.Element("summary") is { } summary)
                {
                    _summaries[member.Attribute("name")!.Value] = summary;
                }
            }
        }
    }

    /// <summary>The summary of a type.</summary>
    public string Of(Type type) => Of($"T:{Name(type)}");

    /// <summary>The summary of a property or a field, wherever it is declared.</summary>
    /// <param name="kind">P or F.</param>
    /// <param name="declaring">Its type.</param>
    /// <param name="name">Its name.</param>
    public string Of(char kind, Type declaring, string name) => Of($"{kind}:{Name(declaring)}.{name}");

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    private string Of(string id) =>
        _summaries.TryGetValue(id, out XElement? summary) ? Spaces().Replace(Text(summary), " ").Trim()
        : throw new InvalidDataException($"{id} has no summary.");

    private static string Text(XElement element)
    {
        StringBuilder text = new();
        foreach (XNode node in element.Nodes())
        {
            text.Append(node switch
            {
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement { Name.LocalName: "see" } see => $"`{Referred(see)}`",
                XElement other => Text(other),
                XText plain => plain.Value.Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal),
                _ => "",
            });
        }

        return text.ToString();
    }

    // A property by its key, anything else by its name.
    private static string Referred(XElement see)
    {
        string id = see.Attribute("cref")?.Value ?? see.Attribute("langword")?.Value ?? see.Attribute("href")!.Value;
        id = id.Split('(')[0];
        string name = id[(id.LastIndexOf('.') + 1)..];
        return id.StartsWith("P:", StringComparison.Ordinal) || id.StartsWith("F:", StringComparison.Ordinal)
            ? JsonNamingPolicy.SnakeCaseLower.ConvertName(name)
            : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
