namespace FlashDiffusion.Models.Operators;

/// <summary>What a family says to parameters that its descriptor does not allow, whoever made the set.</summary>
internal static class ParameterRefusal
{
    /// <summary>A plan that refuses; null if every parameter is allowed.</summary>
    public static OperatorPlan? Of(OperatorSpec spec, OperatorDescriptor descriptor)
    {
        var violations = spec.Parameters.Violations(descriptor.Parameters);
        return violations.IsEmpty ? null : new OperatorPlan { Violations = violations };
    }
}
