using System.Text.Json.Serialization;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>JSON without reflection, so that a program with the classifier can be trimmed.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ClassifierDescription))]
internal sealed partial class ClassifierJson : JsonSerializerContext;
