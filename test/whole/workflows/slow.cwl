cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {} }
inputs: { names: 'string[]', seconds: int }
outputs:
  said: { type: 'File[]', outputSource: say/said }
steps:
  say:
    scatter: name
    in: { name: names, seconds: seconds }
    out: [said]
    run:
      class: CommandLineTool
      requirements: { DockerRequirement: { dockerPull: bb:1 } }
      inputs:
        name: { type: string, inputBinding: { position: 2 } }
        seconds: { type: int, inputBinding: { position: 1 } }
      baseCommand: [sh, -c, 'sleep "$0"; echo "said $1"']
      stdout: said.txt
      outputs: { said: stdout }
