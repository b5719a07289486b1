using System.Text.Json.Nodes;

namespace ManagedTransformer.Json;

/// <summary>A document as values by the paths of their keys, to compare two.</summary>
internal static class JsonLeaves
{
    /// <summary>The values that are no objects, as JSON, by their paths (<c>training.schedule.lr</c>).</summary>
    public static Dictionary<string, string> Of(JsonNode? root)
    {
        Dictionary<string, string> values = [];
        Add(root, "");
        return values;

        void Add(JsonNode? node, string key)
        {
            if (node is not JsonObject members)
            {
                values[key] = node?.ToJsonString() ?? "null";
                return;
            }

            foreach ((string name, JsonNode? member) in members)
            {
                Add(member, key.Length == 0 ? name : $"{key}.{name}");
            }
        }
    }
}
