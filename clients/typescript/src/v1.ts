// The messages and enums of the contract, for `client.stream(request)` and for what `fetch`, `models`, `solvers` and `operators` answer.
export * from "./gen/flashdiffusion/v1/catalog_pb.js";
export * from "./gen/flashdiffusion/v1/forward_operator_pb.js";
export * from "./gen/flashdiffusion/v1/parameter_pb.js";
export * from "./gen/flashdiffusion/v1/picture_pb.js";
export * from "./gen/flashdiffusion/v1/reconstruction_events_pb.js";
export * from "./gen/flashdiffusion/v1/reconstruction_options_pb.js";
export * from "./gen/flashdiffusion/v1/reconstruction_pb.js";
export * from "./gen/flashdiffusion/v1/reconstruction_state_pb.js";
export * from "./gen/flashdiffusion/v1/resume_pb.js";
export * from "./gen/flashdiffusion/v1/scheduling_pb.js";
export * from "./gen/flashdiffusion/v1/tensor_pb.js";
