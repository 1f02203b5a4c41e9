namespace FlashDiffusion;

/// <summary>One thing that is wrong with a request: which field, and what to do about it.</summary>
/// <param name="Field">Path of the field as the caller wrote it, for example <c>solver.parameters.guidance_scale</c>.</param>
/// <param name="Description">What is wrong and which values are allowed, as one sentence that stands alone.</param>
public sealed record FieldViolation(string Field, string Description);
