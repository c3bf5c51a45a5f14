package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cw "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// By default bodies under 10 KiB go as they are.
func compressed(options *cw.Options) { options.RequestMinCompressSizeBytes = 0 }

// alarming puts metrics and alarms, reads both back, and moves their states by hand.
func alarming(ctx context.Context, config aws.Config, wire *recorder) {
	client := cw.NewFromConfig(config, compressed)
	metrics(ctx, client, wire)
	errorsAlarm := &cw.PutMetricAlarmInput{
		AlarmName:          aws.String(name + "-errors"),
		Namespace:          &name,
		MetricName:         aws.String("errors"),
		Statistic:          types.StatisticSum,
		Period:             aws.Int32(60),
		EvaluationPeriods:  aws.Int32(3),
		DatapointsToAlarm:  aws.Int32(2),
		Threshold:          aws.Float64(0.5),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		TreatMissingData:   aws.String("ignore"),
	}
	must(client.PutMetricAlarm(ctx, errorsAlarm))
	rule := "AT_LEAST(1, ALARM, (" + *errorsAlarm.AlarmName + "))"
	must(client.PutCompositeAlarm(ctx, &cw.PutCompositeAlarmInput{AlarmName: &name, AlarmRule: &rule}))
	must(client.SetAlarmState(ctx, &cw.SetAlarmStateInput{
		AlarmName:   errorsAlarm.AlarmName,
		StateValue:  types.StateValueAlarm,
		StateReason: aws.String("by hand"),
	}))
	read := must(client.DescribeAlarms(ctx, &cw.DescribeAlarmsInput{
		AlarmNamePrefix: &name,
		AlarmTypes:      []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	}))
	metric, composite := read.MetricAlarms[0], read.CompositeAlarms[0]
	same("M of N", []int32{*metric.DatapointsToAlarm, *metric.EvaluationPeriods}, []int32{2, 3})
	same("a fraction as the threshold", *metric.Threshold, 0.5)
	same("the rule", *composite.AlarmRule, rule)
	same("the composite alarm follows at once", composite.StateValue, types.StateValueAlarm)
	check("timestamps in CBOR", time.Since(*metric.StateUpdatedTimestamp).Abs() < 24*time.Hour, *metric.StateUpdatedTimestamp)

	wrong := *errorsAlarm
	wrong.Period = aws.Int32(7)
	_, err := client.PutMetricAlarm(ctx, &wrong)
	refusedBy("ValidationError", err)
	_, err = client.SetAlarmState(ctx, &cw.SetAlarmStateInput{
		AlarmName: aws.String("none"), StateValue: types.StateValueOk, StateReason: aws.String(""),
	})
	refused[*types.ResourceNotFound]("ResourceNotFound", err)
	_, err = client.GetDashboard(ctx, &cw.GetDashboardInput{DashboardName: aws.String("none")})
	refused[*types.DashboardNotFoundError]("ResourceNotFound", err)
	_, err = client.DescribeAlarms(ctx, &cw.DescribeAlarmsInput{NextToken: aws.String("none")})
	refused[*types.InvalidNextToken]("InvalidNextToken", err)

	must(client.DeleteAlarms(ctx, &cw.DeleteAlarmsInput{AlarmNames: []string{name}}))
	must(client.DeleteAlarms(ctx, &cw.DeleteAlarmsInput{AlarmNames: []string{*errorsAlarm.AlarmName}}))
}

func metrics(ctx context.Context, client *cw.Client, wire *recorder) {
	visits := types.MetricDatum{
		MetricName: aws.String("visits"),
		Values:     []float64{10, 20.5},
		Counts:     []float64{2, 1},
		Unit:       types.StandardUnitCount,
		Dimensions: []types.Dimension{{Name: aws.String("shop"), Value: aws.String("a")}},
	}
	must(client.PutMetricData(ctx, &cw.PutMetricDataInput{Namespace: &name, MetricData: []types.MetricDatum{visits}}))
	same("PutMetricData goes as CBOR in gzip", wire.newest, request{
		path:        "/service/GraniteServiceVersion20100801/operation/PutMetricData",
		contentType: "application/cbor",
		encoding:    "gzip",
		protocol:    "rpc-v2-cbor",
	})
	metric := &types.Metric{Namespace: &name, MetricName: aws.String("visits"), Dimensions: visits.Dimensions}
	stat := func(of string) *types.MetricStat {
		return &types.MetricStat{Metric: metric, Period: aws.Int32(3600), Stat: &of}
	}
	// Wide enough for a lab whose clock has run ahead.
	answer := must(client.GetMetricData(ctx, &cw.GetMetricDataInput{
		StartTime: aws.Time(time.Now().Add(-24 * time.Hour)),
		EndTime:   aws.Time(time.Now().Add(24 * time.Hour)),
		MetricDataQueries: []types.MetricDataQuery{
			{Id: aws.String("sum"), MetricStat: stat("Sum")},
			{Id: aws.String("count"), MetricStat: stat("SampleCount")},
			{Id: aws.String("mean"), Expression: aws.String("sum / count")},
		},
	}))
	found := map[string][]float64{}
	for _, result := range answer.MetricDataResults {
		found[*result.Id] = result.Values
	}
	same("GetMetricData", found, map[string][]float64{"sum": {40.5}, "count": {3}, "mean": {13.5}})
	same("GetMetricData goes as CBOR", wire.newest.contentType, "application/cbor")

	_, err := client.PutMetricData(ctx, &cw.PutMetricDataInput{
		Namespace: aws.String("AWS/Check"), MetricData: []types.MetricDatum{visits},
	})
	refused[*types.InvalidParameterValueException]("InvalidParameterValue", err)
	_, err = client.PutMetricData(ctx, &cw.PutMetricDataInput{
		Namespace: &name, MetricData: []types.MetricDatum{{MetricName: aws.String("m")}},
	})
	refused[*types.MissingRequiredParameterException]("MissingParameter", err)
}
