namespace FlashDiffusion.Server.Errors;

/// <summary>Something that the request names and the server does not have.</summary>
/// <param name="Type"><c>model</c>, <c>solver</c> or <c>operator</c>.</param>
/// <param name="Name">The name in the request.</param>
/// <param name="Description">What is known instead.</param>
internal sealed record MissingResource(string Type, string Name, string Description);
