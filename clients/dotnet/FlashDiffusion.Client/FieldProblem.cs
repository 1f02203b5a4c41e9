namespace FlashDiffusion.Client;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">Path of the field in the request, for example <c>operator.parameters[std]</c>.</param>
/// <param name="Description">What is wrong with it, and what would be right.</param>
public sealed record FieldProblem(string Field, string Description);
